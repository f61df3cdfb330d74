import type { Mail, Mailbox } from '@plinth/embedded'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** `GET /mailbox`: the mails that the local mailbox caught, for people. Exists only where there is one. */
export const serveMailbox = (app: FastifyInstance, mailbox: Mailbox): void => {
  app.get('/mailbox', async (_, reply) => sendPage(reply, listPage(await mailbox.list())))
  app.get<{ Params: { id: string } }>('/mailbox/:id', async ({ params }, reply) => {
    const mail = await mailbox.get(params.id)
    return sendPage(
      reply.code(mail === undefined ? 404 : 200),
      mail === undefined ? notThere : mailPage(mail),
    )
  })
}

/** Mails come from templates of ours, but are shown without scripts, frames of others or anything from outside. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; frame-ancestors 'self'"

const sendPage = (reply: FastifyReply, html: string) =>
  reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
    })
    .send(html)

const listPage = (mails: readonly Mail[]) =>
  page(
    'Mailbox',
    mails.length === 0
      ? '<p class="quiet">No mail yet. Sign up, or place an order.</p>'
      : `<table><thead><tr><th>When</th><th>To</th><th>Subject</th></tr></thead><tbody>${mails.map(rowOf).join('')}</tbody></table>`,
    // A page that is left open shows new mails by itself.
    '<meta http-equiv="refresh" content="3">',
  )

const rowOf = ({ id, at, to, subject }: Mail) =>
  `<tr><td class="quiet">${at.toLocaleTimeString('en-GB')}</td><td>${escapeHtml(to.join(', '))}</td><td><a href="/mailbox/${encodeURIComponent(id)}">${escapeHtml(subject)}</a></td></tr>`

const mailPage = (mail: Mail) =>
  page(
    mail.subject,
    `<p class="quiet"><a href="/mailbox">← all mails</a></p>
<p class="quiet">From ${escapeHtml(mail.from)} to ${escapeHtml(mail.to.join(', '))}, ${mail.at.toISOString()}<br>${escapeHtml(mail.messageId)}</p>
<iframe sandbox="allow-popups allow-top-navigation-by-user-activation" srcdoc="${escapeHtml(mail.html)}"></iframe>
<details><summary>As plain text</summary><pre>${escapeHtml(mail.text)}</pre></details>`,
  )

const notThere = page('Not there', '<p><a href="/mailbox">There is no such mail.</a></p>')

function page(title: string, body: string, head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>${head}<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1d1d1b;background:#f5f4f0}
table{width:100%;border-collapse:collapse;background:#fff;border-radius:8px}th,td{text-align:left;padding:.6rem .9rem;border-bottom:1px solid #eceae4}
iframe{width:100%;height:32rem;border:0;border-radius:8px;background:#fff}.quiet{color:#6b6b66;font-size:.9rem}a{color:#1d4f91}pre{white-space:pre-wrap;background:#fff;padding:1rem;border-radius:8px}
</style></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replaceAll(/[&<>"]/g, char => entities[char] ?? char)
}
