/**
 * Prices of model calls. The project's own prices win; local models are free; the list of vendors' prices has the rest. An unknown
 * price is null, and never 0.
 */
import { hashJson } from '../../core/hash.ts'
import type { Pricing } from '../../core/pricing.ts'
import type { ListedPrices } from './price-list.ts'
import {
  costByTable,
  costOf,
  PRICE_TABLE_VERSION,
  type PriceList,
  windowByTable,
  worstByTable,
  worstOf,
} from './price-table.ts'
import { findProvider } from './providers.ts'

/** US dollars for a million tokens. */
export interface OwnPrice {
  inputUsd: number
  outputUsd: number
  /** Input that the vendor read from its cache; default `inputUsd`. */
  cachedUsd?: number
  /** Input that the vendor wrote to its cache; default `inputUsd`. */
  cacheWriteUsd?: number
}

export interface PricingOptions {
  /** Kinds and addresses of providers under names of the project's own. */
  providers?: ReadonlyMap<string, { kind: string; baseUrl?: string }>
  /** Epoch milliseconds. */
  now?: () => number
}

/** @param own By `provider/model`. */
export const createPricing = (
  own: ReadonlyMap<string, OwnPrice> = new Map(),
  { providers = new Map(), now = Date.now }: PricingOptions = {},
): Pricing => {
  const find = (provider: string, model: string): OwnPrice | PriceList | undefined =>
    own.get(`${provider}/${model}`) ?? findBeyond(provider, model, providers.get(provider))
  return {
    version: describeVersion(own),
    kind(provider, model) {
      const price = find(provider, model)
      if (price === undefined) return 'unknown'
      if (isOwn(price)) return isFree(price) ? 'free' : 'known'
      return worstByTable(price, model, { inputTokens: 0, at: now() }) === null ? 'unknown' : 'known'
    },
    cost(provider, model, usage) {
      const price = find(provider, model)
      if (price === undefined) return null
      if (isOwn(price)) return costOf(usage, toListed(price))
      return costByTable(price, model, { usage, at: now(), writes: usage.output_tokens > 0 })
    },
    worstCase(provider, model, inputTokens = Number.POSITIVE_INFINITY) {
      const price = find(provider, model)
      if (price === undefined) return null
      return isOwn(price)
        ? worstOf([toListed(price)], inputTokens)
        : worstByTable(price, model, { inputTokens, at: now() })
    },
    window(provider, model) {
      const list = findBeyond(provider, model, providers.get(provider))
      return list === undefined || isOwn(list) ? undefined : windowByTable(list, model, now())
    },
  }
}

const FREE: OwnPrice = { inputUsd: 0, outputUsd: 0 }

/** A server at an address of its own may stand before any vendor, so only the project or the address tells its price. */
const findBeyond = (
  provider: string,
  model: string,
  named: { kind: string; baseUrl?: string } | undefined,
): OwnPrice | PriceList | undefined => {
  const kind = named?.kind ?? provider
  const definition = findProvider(kind)
  if (definition?.isLocal) return definition.isBilled?.(model) ? undefined : FREE
  const vendor = findProvider(named?.baseUrl === undefined ? kind : provider)?.priceVendor
  if (vendor !== undefined) return { providerId: vendor }
  return named?.baseUrl === undefined ? undefined : { providerApiUrl: named.baseUrl }
}

const isOwn = (price: OwnPrice | PriceList): price is OwnPrice => 'inputUsd' in price

const isFree = ({ inputUsd, outputUsd, cachedUsd = 0, cacheWriteUsd = 0 }: OwnPrice): boolean =>
  inputUsd === 0 && outputUsd === 0 && cachedUsd === 0 && cacheWriteUsd === 0

const toListed = ({ inputUsd, outputUsd, cachedUsd, cacheWriteUsd }: OwnPrice): ListedPrices => ({
  input_mtok: inputUsd,
  output_mtok: outputUsd,
  ...(cachedUsd === undefined ? {} : { cache_read_mtok: cachedUsd }),
  ...(cacheWriteUsd === undefined ? {} : { cache_write_mtok: cacheWriteUsd }),
})

const describeVersion = (own: ReadonlyMap<string, OwnPrice>): string =>
  own.size === 0 ? PRICE_TABLE_VERSION : `${PRICE_TABLE_VERSION} + own ${hashJson(toSorted(own)).slice(0, 8)}`

const toSorted = (own: ReadonlyMap<string, OwnPrice>): unknown =>
  [...own].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, price]) => [name, { ...price }])
