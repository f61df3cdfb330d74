import type { ApiInfo } from '@plinth/http'

/** What the API reference says of the whole. */
export const apiInfo = (url: string): ApiInfo => ({
  title: 'Plinth',
  version: '0.1.0',
  url,
  description: [
    'The backend of an online shop: catalog, cart, checkout, orders, payments and refunds.',
    '',
    'Money is integer minor units with its currency. Lists are pages by cursor. Every error is a problem document',
    '(RFC 9457) with a stable `code`. Sign in with `POST /v1/auth/login` and send the access token as a Bearer token.',
  ].join('\n'),
  tags: {
    'Sign-in': 'Sign up, in and out; passwords and e-mail addresses.',
    Users: 'Accounts, their roles and their standing.',
    Roles: 'What roles hold, and roles that the shop defines itself.',
    Catalog: 'Products, variants, categories and stock.',
    Cart: 'What somebody means to buy.',
    Orders: 'Checkout, and what becomes of orders, for buyers, sellers and admins.',
    Sales: 'What sellers have sold, and marking it as sent.',
    Payments: 'Refunds, and what the payment provider has to say.',
    Notifications: 'Mails to people.',
    Operations: 'How the shop is doing, and what could not be done.',
  },
})
