/**
 * `node build/prices.ts`: writes the list of prices that Troupe reads, from the package @pydantic/genai-prices: what
 * models cost by the token, and nothing else. The package itself takes 40 ms to load, the list less than one.
 *
 * JSON Lines: the first says whose list it is and names each vendor, with the address at which it serves models and how
 * many models it has; the others are these models, in the order in which they are looked for.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { type ModelInfo, type ModelPrice, waitForUpdate } from '@pydantic/genai-prices'

export const PRICE_LIST = 'src/actors/llm/vendor-prices.jsonl'
export const PRICE_PACKAGE = '@pydantic/genai-prices'

/** Prices of sound, pictures and searches are left out: answers do not tell how many there were. */
const KEPT: ReadonlySet<string> = new Set([
  'input_mtok',
  'output_mtok',
  'cache_read_mtok',
  'cache_write_mtok',
  'requests_kcount',
])

/** @throws where the package has no data */
export const renderPriceList = async (): Promise<string> => {
  // Never updated, so this is what the package brings.
  const vendors = (await waitForUpdate()) ?? []
  const header = {
    version: `genai-prices ${JSON.parse(readPackageFile('package.json')).version}`,
    license: readPackageFile('LICENSE'),
    vendors: vendors.map(({ id, api_pattern, fallback_model_providers, models }) => ({
      id,
      address: api_pattern,
      models: models.length,
      fallback: fallback_model_providers,
    })),
  }
  return [header, ...vendors.flatMap(({ models }) => models.map(toLine))]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')
}

const readPackageFile = (name: string): string =>
  readFileSync(new URL(`../${name}`, import.meta.resolve(PRICE_PACKAGE)), 'utf8')

const toLine = ({ match, prices, context_window }: ModelInfo): Pick<ModelInfo, 'match' | 'prices'> => ({
  match,
  prices: Array.isArray(prices) ? prices.map((one) => ({ ...one, prices: keep(one.prices) })) : keep(prices),
  ...(context_window !== undefined && { context_window }),
})

const keep = (prices: ModelPrice): ModelPrice =>
  Object.fromEntries(Object.entries(prices).filter(([key]) => KEPT.has(key)))

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(PRICE_LIST, await renderPriceList())
  console.log(`${PRICE_LIST} is written.`)
}
