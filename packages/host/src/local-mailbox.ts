/**
 * The mailbox of `@plinth/embedded`. Written out here, because who runs in production has not installed that package, and
 * the types of this one have to be whole without it.
 */
export interface LocalMailbox extends AsyncDisposable {
  readonly smtpUrl: string
  /** Every mail, newest first. */
  list(): Promise<LocalMail[]>
  /** One mail by its `id`. */
  get(id: string): Promise<LocalMail | undefined>
  /** Deletes every mail. */
  clear(): Promise<void>
}

/** A mail as it was received; see `Mail` of `@plinth/embedded`. */
export interface LocalMail {
  id: string
  messageId: string
  from: string
  to: string[]
  subject: string
  text: string
  html: string
  at: Date
}
