import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GivenShop, givenShop } from './given-shop.ts'
import { signUp } from './people.ts'
import { offer } from './shopping.ts'

const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const here = existsSync(chromiumPath)
if (!here) console.log(`The tests of the reference in a browser are left out: there is no ${chromiumPath}`)

describe.skipIf(!here)('the reference in a browser', () => {
  let shop: GivenShop
  let browser: Browser
  let page: Page
  let heard: Heard
  beforeAll(async () => {
    shop = await givenShop()
    browser = await chromium.launch({ executablePath: chromiumPath, args: quiet })
    page = await browser.newPage({ viewport: { width: 1440, height: 1000 } })
    heard = listenTo(page)
    await page.goto(`${shop.url}/docs`)
  })
  afterAll(async () => {
    await browser?.close()
    await shop?.[Symbol.asyncDispose]()
  })

  test('shows every chapter', async () => {
    for (const chapter of ['Sign-in', 'Catalog', 'Cart', 'Orders', 'Payments', 'Operations'])
      await page.getByRole('button', { name: `Group - ${chapter}` }).waitFor()
    expect(await page.title()).toBe('Plinth: API reference')
  })

  test('lets a request be tried, and shows what came back', async () => {
    const { product } = await offer(shop.seller, { title: 'A lamp to be seen in the reference' })
    const client = await tryOut(page, 'catalog', '/v1/products')
    await client.getByText('200 OK').waitFor()
    await client.getByText(product.title).first().waitFor()
    await page.keyboard.press('Escape')
  })

  test('sends the token that was filled in', async () => {
    const buyer = await signUp(shop.url, 'Curious Reader')
    await page.getByPlaceholder('Token').first().fill(buyer.accessToken)
    const client = await tryOut(page, 'users', '/v1/users/me')
    await client.getByText('200 OK').waitFor()
    await client.getByText(buyer.email).first().waitFor()
  })

  test('has complained of nothing, and asked nobody else for anything', () => {
    expect(heard.complaints).toEqual([])
    expect([...heard.origins]).toEqual([shop.url])
  })
})

/** Nothing of the browser's own business: it would be taken for a request of the page. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** What a page's console complains of, and whom it asks for anything. */
interface Heard {
  readonly complaints: readonly string[]
  readonly origins: ReadonlySet<string>
}

const listenTo = (page: Page): Heard => {
  const complaints: string[] = []
  const origins = new Set<string>()
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  page.on('requestfailed', request => complaints.push(`${request.url()} failed`))
  page.on('request', request => {
    if (/^(https?|wss?):/.test(request.url())) origins.add(new URL(request.url()).origin)
  })
  return { complaints, origins }
}

/** Opens the form of a GET that the reference describes, and sends it. */
const tryOut = async (page: Page, chapter: string, path: string) => {
  await page.goto(new URL(`#tag/${chapter}/GET${path}`, page.url()).href)
  await page.getByRole('button', { name: new RegExp(`Test Request ?\\(get ${path}\\)`) }).click()
  const client = page.getByRole('dialog')
  await client.getByRole('button', { name: /^Send/ }).first().click()
  return client
}
