import { expect, it } from 'vitest'
import { render } from './render.ts'

const values = {
  shop: 'Plinth',
  name: 'Ada',
  link: 'https://shop.example/x?token=a&b=c',
  number: '100042',
  orderNumber: '100042',
  amount: { amount: 1900, currency: 'USD' },
  total: { amount: 4900, currency: 'USD' },
  lines: [{ title: 'Linen shirt', quantity: 2, lineTotal: { amount: 4900, currency: 'USD' } }],
  refundId: 'r',
  orderId: 'o',
  attempts: 6,
  lastError: 'Down',
}

it.each(['order_placed', 'order_cancelled', 'refund_done', 'refund_failed'] as const)(
  '%s has the number of the order in its subject',
  type => {
    expect(render(type, values).subject).toContain('100042')
  },
)

it('A subject is one line, whatever is in it', () => {
  const { subject, html } = render('order_placed', {
    ...values,
    number: '1\r\nBcc: eve@example.com\n\u2028x',
  })
  expect(subject).toBe('Your order 1 Bcc: eve@example.com x')
  expect(html).toContain('<title>Your order 1 Bcc: eve@example.com x</title>')
})

it('Markup in a name or title is text in HTML, and as it is in text', () => {
  const title = '<img src=x onerror="alert(1)">'
  const { text, html } = render('order_placed', {
    ...values,
    name: '<script>alert(1)</script>',
    lines: [{ ...values.lines[0], title }],
  })
  expect(html).toContain('Hello &lt;script&gt;alert(1)&lt;/script&gt;')
  expect(html).not.toMatch(/<script|<img/)
  expect(text).toContain('Hello <script>alert(1)</script>')
  expect(text).toContain(`2 x ${title}: $49.00`)
})

it('A link leads where it should in both forms', () => {
  const { text, html } = render('welcome', values)
  expect(text).toContain(values.link)
  expect(html).toContain('href="https://shop.example/x?token&#x3D;a&amp;b&#x3D;c"')
})
