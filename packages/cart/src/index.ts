export { type Cart, type CartOptions, createCart } from './cart.ts'
