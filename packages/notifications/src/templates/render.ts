import { formatMoney, money } from '@plinth/kernel'
import type { NotificationType } from '@plinth/notifications-contract'
import Handlebars from 'handlebars'
import { button, layout, lines, linesInText } from './layout.ts'
import { type Template, templates } from './templates.ts'

/** Subject, text and HTML of a mail. What comes from people is escaped in HTML and kept to one line in the subject. */
export const render = (type: NotificationType, values: object): Template => {
  const { subject, text, html } = compiled[type]
  const title = subject(values).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
  return { subject: title, text: text(values), html: html({ ...values, subject: title }) }
}

const handlebars = Handlebars.create()
handlebars.registerHelper('money', (value: unknown) => formatMoney(money.parse(value)))
handlebars.registerPartial({ layout, button, lines })

const plain = Handlebars.create()
plain.registerHelper('money', (value: unknown) => formatMoney(money.parse(value)))
plain.registerPartial({ linesInText })

const compile = ({ subject, text, html }: Template) => ({
  subject: plain.compile(subject, { noEscape: true }),
  text: plain.compile(text, { noEscape: true }),
  html: handlebars.compile(html),
})

const compiled = {
  welcome: compile(templates.welcome),
  password_reset: compile(templates.password_reset),
  order_placed: compile(templates.order_placed),
  order_cancelled: compile(templates.order_cancelled),
  refund_done: compile(templates.refund_done),
  refund_failed: compile(templates.refund_failed),
} satisfies Record<NotificationType, unknown>
