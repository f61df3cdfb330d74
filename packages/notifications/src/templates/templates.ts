import type { NotificationType } from '@plinth/notifications-contract'

/** A mail in its two forms. Handlebars; `shop`, `name`, `subject` and `link` are there in each. */
export interface Template {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** The mails, by type. */
export const templates: Readonly<Record<NotificationType, Template>> = {
  welcome: {
    subject: 'Welcome to {{shop}}',
    text: `Hello {{name}},

good to have you. Please confirm your e-mail address:

{{link}}
`,
    html: `{{#> layout}}<p>Hello {{name}},</p>
<p>good to have you. Please confirm your e-mail address.</p>
{{> button href=link label="Confirm the address"}}{{/layout}}`,
  },
  password_reset: {
    subject: 'Set a new password',
    text: `Hello {{name}},

somebody, hopefully you, asked to set a new password. This link is good once, for 30 minutes:

{{link}}

If it was not you, there is nothing to do: your password stays as it is.
`,
    html: `{{#> layout}}<p>Hello {{name}},</p>
<p>somebody, hopefully you, asked to set a new password. This link is good once, for 30 minutes.</p>
{{> button href=link label="Set a new password"}}
<p>If it was not you, there is nothing to do: your password stays as it is.</p>{{/layout}}`,
  },
  order_placed: {
    subject: 'Your order {{number}}',
    text: `Hello {{name}},

thank you for your order {{number}}. It is paid, and we are getting it ready.

{{> linesInText}}`,
    html: `{{#> layout}}<p>Hello {{name}},</p>
<p>thank you for your order <strong>{{number}}</strong>. It is paid, and we are getting it ready.</p>
{{> lines}}{{/layout}}`,
  },
  order_cancelled: {
    subject: 'Your order {{number}} is cancelled',
    text: `Hello {{name}},

your order {{number}} is cancelled.{{#if wasPaid}} What you paid is on its way back to you.{{/if}}

{{> linesInText}}`,
    html: `{{#> layout}}<p>Hello {{name}},</p>
<p>your order <strong>{{number}}</strong> is cancelled.{{#if wasPaid}} What you paid is on its way back to you.{{/if}}</p>
{{> lines}}{{/layout}}`,
  },
  refund_done: {
    subject: 'Your refund for order {{orderNumber}}',
    text: `Hello {{name}},

we have refunded {{money amount}} for your order {{orderNumber}}. Your bank may take a few days to show it.
`,
    html: `{{#> layout}}<p>Hello {{name}},</p>
<p>we have refunded <strong>{{money amount}}</strong> for your order {{orderNumber}}. Your bank may take a few days to show it.</p>{{/layout}}`,
  },
  refund_failed: {
    subject: 'A refund for order {{orderNumber}} did not go through',
    text: `Hello {{name}},

a refund of {{money amount}} for order {{orderNumber}} did not go through after {{attempts}} tries.

Refund: {{refundId}}
Order: {{orderId}}
The provider says: {{lastError}}

Once the cause is mended, retry it: POST {{link}}
`,
    html: `{{#> layout}}<p>Hello {{name}},</p>
<p>a refund of <strong>{{money amount}}</strong> for order {{orderNumber}} did not go through after {{attempts}} tries.</p>
<p>Refund: {{refundId}}<br>Order: {{orderId}}<br>The provider says: {{lastError}}</p>
<p>Once the cause is mended, retry it: <code>POST {{link}}</code></p>{{/layout}}`,
  },
}
