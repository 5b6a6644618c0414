/**
 * The list of vendors' prices, `vendor-prices.jsonl`, which build/prices.ts writes from a package. It is bundled, and never fetched. The
 * first lookup reads it, synchronously, so that the compiler can use it too. Only lines of vendors that are looked up are parsed.
 */
import { readShippedFile } from '../../core/shipped-file.ts'

/** Selects prices by the list's own id of the vendor, or by the address of the server. */
export type PriceList = { providerId: string } | { providerApiUrl: string }

/** US dollars: `mtok` for a million tokens, `kcount` for a thousand calls. Cached tokens without a price of their own cost as input does. */
export interface ListedPrices {
  input_mtok?: Tiered
  output_mtok?: Tiered
  cache_read_mtok?: Tiered
  cache_write_mtok?: Tiered
  requests_kcount?: number
}

/** A tier prices all tokens of a call with more than `start` tokens of input. */
export type Tiered = number | { base: number; tiers: { start: number; price: number }[] }

/** Prices from a day on, or at a time of the day, in UTC: `00:30:00Z`. The last match counts. */
export interface DatedPrices {
  constraint?:
    | { type: 'start_date'; start_date: string }
    | { type: 'time_of_date'; start_time: string; end_time: string }
  prices: ListedPrices
}

type ModelMatch =
  | { equals: string }
  | { starts_with: string }
  | { ends_with: string }
  | { contains: string }
  | { regex: string }
  | { or: ModelMatch[] }
  | { and: ModelMatch[] }

export interface ListedModel {
  match: ModelMatch
  prices: ListedPrices | DatedPrices[]
  /** The most tokens of a call. */
  context_window?: number
}

interface Vendor {
  id: string
  /** A regular expression for the beginning of a URL. */
  address: string
  /** Count of its models. */
  models: number
  /** Ids of vendors whose models it offers as well. */
  fallback?: string[]
}

/** Undefined: no entry matches. @throws Defect for a list that is missing from the package */
export const findListedModel = (list: PriceList, model: string): ListedModel | undefined => {
  const { vendors } = readList()
  const vendor = vendors.find((one) =>
    'providerId' in list ? one.id === list.providerId : new RegExp(`^(?:${one.address})`).test(list.providerApiUrl),
  )
  if (vendor === undefined) return undefined
  const key = `${vendor.id}/${model}`
  if (found.has(key)) return found.get(key)
  const name = model.toLowerCase().trim()
  const one = findModelOf(vendor, name) ?? findModelOf(vendor, withDashedDate(name))
  // Names come from workflows, and a long-lived server sees many.
  if (found.size >= MOST_KEPT) found.clear()
  found.set(key, one)
  return one
}

const MOST_KEPT = 1_000
const found = new Map<string, ListedModel | undefined>()

const findModelOf = (vendor: Vendor, name: string): ListedModel | undefined => {
  const own = modelsOf(vendor.id).find(({ match }) => matchesModel(match, name))
  if (own !== undefined) return own
  for (const id of vendor.fallback ?? []) {
    const other = readList().vendors.find((one) => one.id === id)
    const model = other && findModelOf(other, name)
    if (model !== undefined) return model
  }
  return undefined
}

const parsed = new Map<string, ListedModel[]>()

const modelsOf = (id: string): ListedModel[] => {
  const known = parsed.get(id)
  if (known !== undefined) return known
  const { vendors, lines } = readList()
  let start = 0
  for (const vendor of vendors) {
    if (vendor.id === id) break
    start += vendor.models
  }
  const count = vendors.find((one) => one.id === id)?.models ?? 0
  const models = JSON.parse(`[${lines.slice(start, start + count).join(',')}]`) as ListedModel[]
  parsed.set(id, models)
  return models
}

interface Lines {
  vendors: Vendor[]
  /** Lines of the models. */
  lines: string[]
}

let read: Lines | undefined

const readList = (): Lines => {
  if (read === undefined) {
    const [header = '', ...lines] = readShippedFile('vendor-prices.jsonl', import.meta.url).split('\n')
    read = { vendors: (JSON.parse(header) as { vendors: Vendor[] }).vendors, lines }
  }
  return read
}

/** @param name In lower case. */
const matchesModel = (match: ModelMatch, name: string): boolean => {
  if ('or' in match) return match.or.some((one) => matchesModel(one, name))
  if ('and' in match) return match.and.every((one) => matchesModel(one, name))
  if ('equals' in match) return name === match.equals.toLowerCase()
  if ('starts_with' in match) return name.startsWith(match.starts_with.toLowerCase())
  if ('ends_with' in match) return name.endsWith(match.ends_with.toLowerCase())
  if ('contains' in match) return name.includes(match.contains.toLowerCase())
  return new RegExp(match.regex).test(name)
}

/** Vendors write the date of a model in two ways: `-20250514` → `-2025-05-14`. */
const withDashedDate = (name: string): string =>
  name.replace(/-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, '-$1-$2-$3')
