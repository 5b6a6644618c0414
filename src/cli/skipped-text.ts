import { formatCount } from '../core/count.ts'
import { MOST_COUNTED } from '../service/schedules/take-slots.ts'

/** `12`, `10,000 or more`. */
export const countSkipped = (count: number): string => `${formatCount(count)}${count >= MOST_COUNTED ? ' or more' : ''}`

/** `12 missed slots`. */
export const describeSkipped = (count: number): string =>
  `${countSkipped(count)} missed ${count === 1 ? 'slot' : 'slots'}`
