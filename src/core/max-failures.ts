/** Most failed items that a foreach goes on with: a count, or a share of all items in hundredths of a percent. */
export type MaxFailures = { kind: 'count'; count: number } | { kind: 'share'; hundredths: number }

const WHOLE = 10_000

/** Form of a share, such as `5%` or `0.25%`: from 0 to 100. */
export const SHARE_PATTERN = '(\\d{1,2}(\\.\\d{1,2})?|100)%'

const SHARE = new RegExp(`^${SHARE_PATTERN}$`)

/** Parses a share such as `5%`. Undefined for other text. */
export const parseShare = (text: string): MaxFailures | undefined =>
  SHARE.test(text) ? { kind: 'share', hundredths: Math.round(Number(text.slice(0, -1)) * 100) } : undefined

/** Number of items that may fail out of so many. A share is rounded down. */
export const countAllowed = (most: MaxFailures, items: number): number =>
  most.kind === 'count' ? most.count : Math.floor((items * most.hundredths) / WHOLE)

/** True for a share that includes every item, so that it is never exceeded. */
export const allowsAll = (most: MaxFailures): boolean => most.kind === 'share' && most.hundredths === WHOLE

/** Writes it as a file would. */
export const formatMaxFailures = (most: MaxFailures): string =>
  most.kind === 'count' ? String(most.count) : `${most.hundredths / 100}%`
