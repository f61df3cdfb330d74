export { type Cart, type CartOptions, createCart } from './cart.ts'
export { type CartNeighbours, cartNeeds } from './neighbours/needs.ts'
export { cartRoutes } from './routes.ts'
