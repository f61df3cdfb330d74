/** What products are called after, the most usual first. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  Clothing: [
    'shirt',
    'sweater',
    'jacket',
    'trousers',
    'dress',
    'skirt',
    'coat',
    'cardigan',
    'vest',
    'hoodie',
    'blouse',
  ],
  Shoes: ['sneaker', 'boot', 'sandal', 'loafer', 'slipper', 'clog'],
  Kitchen: [
    'mug',
    'plate',
    'bowl',
    'pan',
    'kettle',
    'knife',
    'teapot',
    'pitcher',
    'grater',
    'whisk',
    'colander',
  ],
  Home: [
    'lamp',
    'cushion',
    'blanket',
    'rug',
    'curtain',
    'vase',
    'candle',
    'mirror',
    'basket',
    'clock',
    'frame',
  ],
  Furniture: ['chair', 'table', 'shelf', 'stool', 'bench', 'desk', 'cabinet', 'wardrobe', 'sofa'],
  Garden: ['planter', 'spade', 'rake', 'hose', 'trellis', 'lantern', 'hammock', 'birdhouse'],
  Sports: ['racket', 'ball', 'helmet', 'kettlebell', 'mat', 'rope', 'paddle', 'skateboard'],
  Books: ['notebook', 'atlas', 'novel', 'cookbook', 'planner', 'sketchbook'],
  Toys: ['puzzle', 'doll', 'kite', 'marble', 'train', 'blocks', 'puppet'],
  Travel: ['backpack', 'suitcase', 'wallet', 'umbrella', 'pouch', 'satchel'],
  Electronics: ['headphones', 'speaker', 'charger', 'keyboard', 'camera', 'microphone', 'monitor'],
  Beauty: ['soap', 'lotion', 'brush', 'perfume', 'comb', 'towel'],
}

/** Each kind of product with the part of the shop it is in. */
export const nouns = Object.entries(kinds).flatMap(([part, names]) => names.map(name => ({ part, name })))

/** What is said of them in titles. */
export const materials = (
  'linen cotton merino oak walnut steel copper ceramic glass leather bamboo wool silk canvas cork felt brass marble ' +
  'porcelain rattan denim cashmere jute slate birch aluminium hemp suede alpaca maple'
).split(' ')

/** See {@link materials}. */
export const qualities = (
  'light warm soft slim wide tall compact folding striped plain quilted woven ribbed hooded vintage modern classic ' +
  'travel outdoor everyday winter summer padded glazed enamelled stackable cordless insulated reversible handmade'
).split(' ')

/** What descriptions are made of, the most usual first. */
export const prose = (
  'made with care from good material which lasts for years and feels right in the hand designed to be used every day ' +
  'easy to clean simple to store comes in several sizes finished by people who know their craft small series natural ' +
  'colours strong seams generous pockets water resistant dries fast keeps its shape packed without plastic repaired ' +
  'free of charge within two years suits homes offices cabins boats long walks short trips rainy mornings quiet ' +
  'evenings children adults beginners experts measured twice cut once washed ironed polished oiled sanded painted ' +
  'balanced sturdy gentle bright dark matte smooth rough round square narrow deep shallow heavy hollow solid double ' +
  'single removable adjustable lining handle lid base edge corner surface thread button zip strap hinge screw wire'
).split(' ')

const onsets = 'Nor Bel Kal Mar Tor Ves Lun Fal Gris Hol Jas Kes Lor Mon Nad Ost Pel Quin Ros Sol'.split(' ')
const middles = 'a e i o u ar en il on ur'.split(' ')
const endings = 'dal vik mere sson berg ton ley ra nis lund'.split(' ')

/** Names of makers, two thousand of them. */
export const makers = onsets.flatMap(onset =>
  middles.flatMap(middle => endings.map(ending => `${onset}${middle}${ending}`)),
)
