/** A shelf of the seeded shop: a leaf category, who sells there, and what its products are made from. */
export interface Shelf {
  readonly category: readonly [top: string, leaf: string]
  readonly seller: string
  /** Every style meets every thing: so many products. */
  readonly styles: readonly string[]
  readonly things: readonly string[]
  /** Cheapest and dearest, in minor units. */
  readonly prices: readonly [number, number]
  readonly sizes?: readonly string[]
  /** One sentence that fits all of them. */
  readonly about: string
}

const clothes = ['S', 'M', 'L', 'XL']
const shoes = ['38', '40', '42', '44']

/** The shelves: 20 of them, 10 products each. */
export const shelves: readonly Shelf[] = [
  {
    category: ['Clothing', 'Shirts'],
    seller: 'loom',
    styles: ['Linen', 'Oxford', 'Flannel', 'Chambray', 'Poplin'],
    things: ['Shirt', 'Overshirt'],
    prices: [3900, 8900],
    sizes: clothes,
    about: 'Cut straight, sewn twice, softer with every wash.',
  },
  {
    category: ['Clothing', 'Knitwear'],
    seller: 'loom',
    styles: ['Merino', 'Lambswool', 'Cable-Knit', 'Cashmere', 'Cotton'],
    things: ['Sweater', 'Cardigan'],
    prices: [6900, 18900],
    sizes: clothes,
    about: 'Knitted in one piece, mended for life.',
  },
  {
    category: ['Clothing', 'Trousers'],
    seller: 'loom',
    styles: ['Corduroy', 'Selvedge Denim', 'Wool', 'Canvas', 'Twill'],
    things: ['Trousers', 'Work Pants'],
    prices: [5900, 14900],
    sizes: clothes,
    about: 'A high waist, deep pockets and room to sit down.',
  },
  {
    category: ['Clothing', 'Shoes'],
    seller: 'loom',
    styles: ['Leather', 'Suede', 'Canvas', 'Waxed', 'Vegan'],
    things: ['Boots', 'Sneakers'],
    prices: [7900, 22900],
    sizes: shoes,
    about: 'Stitched soles that any cobbler can replace.',
  },
  {
    category: ['Clothing', 'Accessories'],
    seller: 'loom',
    styles: ['Wool', 'Silk', 'Ribbed', 'Tartan', 'Recycled'],
    things: ['Scarf', 'Beanie'],
    prices: [1900, 6900],
    about: 'Small, warm and hard to lose.',
  },
  {
    category: ['Home', 'Kitchen'],
    seller: 'hearth',
    styles: ['Cast-Iron', 'Copper', 'Enamel', 'Carbon-Steel', 'Stoneware'],
    things: ['Skillet', 'Saucepan'],
    prices: [3400, 16900],
    about: 'Heavy enough to keep its heat, light enough to lift.',
  },
  {
    category: ['Home', 'Tableware'],
    seller: 'hearth',
    styles: ['Speckled', 'Porcelain', 'Terracotta', 'Cobalt', 'Oak'],
    things: ['Bowl', 'Plate'],
    prices: [1200, 4900],
    about: 'Thrown by hand, so no two are quite the same.',
  },
  {
    category: ['Home', 'Lighting'],
    seller: 'hearth',
    styles: ['Brass', 'Paper', 'Smoked Glass', 'Rattan', 'Marble'],
    things: ['Table Lamp', 'Pendant'],
    prices: [4900, 24900],
    about: 'Warm light that dims to almost nothing.',
  },
  {
    category: ['Home', 'Textiles'],
    seller: 'hearth',
    styles: ['Washed Linen', 'Organic Cotton', 'Waffle', 'Quilted', 'Mohair'],
    things: ['Blanket', 'Bed Set'],
    prices: [3900, 19900],
    about: 'For Sundays, and for every night until then.',
  },
  {
    category: ['Home', 'Furniture'],
    seller: 'hearth',
    styles: ['Ash', 'Walnut', 'Steel', 'Birch', 'Cane'],
    things: ['Stool', 'Side Table'],
    prices: [8900, 49900],
    about: 'Arrives flat, stands for decades.',
  },
  {
    category: ['Outdoor', 'Camping'],
    seller: 'fernweh',
    styles: ['Ultralight', 'Four-Season', 'Two-Person', 'Trekking', 'Family'],
    things: ['Tent', 'Sleeping Bag'],
    prices: [9900, 59900],
    about: 'Tried in the rain, packed in a minute.',
  },
  {
    category: ['Outdoor', 'Cycling'],
    seller: 'fernweh',
    styles: ['Waxed', 'Roll-Top', 'Reflective', 'Handlebar', 'Frame'],
    things: ['Bike Bag', 'Pannier'],
    prices: [3900, 14900],
    about: 'Stays dry on the wettest commute.',
  },
  {
    category: ['Outdoor', 'Hiking'],
    seller: 'fernweh',
    styles: ['Alpine', 'Trail', 'Weekend', 'Summit', 'Forest'],
    things: ['Backpack', 'Trekking Poles'],
    prices: [4900, 22900],
    about: 'Weighs little, carries much.',
  },
  {
    category: ['Outdoor', 'Climbing'],
    seller: 'fernweh',
    styles: ['Sport', 'Trad', 'Boulder', 'Big-Wall', 'Beginner'],
    things: ['Harness', 'Chalk Bag'],
    prices: [1900, 12900],
    about: 'Certified, inspected, and bright enough to find.',
  },
  {
    category: ['Outdoor', 'Bottles'],
    seller: 'fernweh',
    styles: ['Insulated', 'Titanium', 'Collapsible', 'Glass', 'Steel'],
    things: ['Bottle', 'Flask'],
    prices: [1500, 7900],
    about: 'Hot stays hot, cold stays cold, lids stay shut.',
  },
  {
    category: ['Study', 'Notebooks'],
    seller: 'inkwell',
    styles: ['Dotted', 'Ruled', 'Grid', 'Blank', 'Leather-Bound'],
    things: ['Notebook', 'Journal'],
    prices: [900, 4900],
    about: 'Paper that takes a fountain pen without a blot.',
  },
  {
    category: ['Study', 'Pens'],
    seller: 'inkwell',
    styles: ['Fine', 'Broad', 'Brass', 'Retractable', 'Calligraphy'],
    things: ['Fountain Pen', 'Rollerball'],
    prices: [1900, 18900],
    about: 'Balanced, refillable and worth writing home with.',
  },
  {
    category: ['Study', 'Desk'],
    seller: 'inkwell',
    styles: ['Cork', 'Felt', 'Oak', 'Leather', 'Slate'],
    things: ['Desk Mat', 'Pen Tray'],
    prices: [1900, 9900],
    about: 'Keeps the desk quiet and the pens in their place.',
  },
  {
    category: ['Study', 'Games'],
    seller: 'inkwell',
    styles: ['Travel', 'Wooden', 'Magnetic', 'Pocket', 'Deluxe'],
    things: ['Chess Set', 'Puzzle'],
    prices: [1400, 12900],
    about: 'For two people and one long evening.',
  },
  {
    category: ['Study', 'Prints'],
    seller: 'inkwell',
    styles: ['Botanical', 'Nautical', 'Mountain', 'City', 'Star Map'],
    things: ['Print', 'Poster'],
    prices: [1200, 8900],
    about: 'Printed on heavy cotton paper, shipped in a tube.',
  },
]
