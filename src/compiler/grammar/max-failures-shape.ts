import { type MaxFailures, parseShare, SHARE_PATTERN } from '../../core/max-failures.ts'
import { type Hint, write } from '../correction.ts'
import type { YamlNode } from '../read/yaml-node.ts'
import type { Range } from '../source.ts'
import type { Located } from '../value-node.ts'
import { integer } from './scalar-shape.ts'
import { mapped, reportMismatch, type Shape } from './shape.ts'

const EXPECTED = 'a whole number of at least 0, or a share of all items such as 5%'

const count = mapped(
  integer({ minimum: 0 }),
  ({ value, range }): Located<MaxFailures> => ({ value: { kind: 'count', count: value }, range }),
)

/** A number of items, or a share of all items. */
export const maxFailures: Shape<Located<MaxFailures>> = {
  expected: EXPECTED,
  read(node, place) {
    const given = node.kind === 'scalar' ? node.value : undefined
    if (Number.isInteger(given) && Number(given) >= 0) return count.read(node, place)
    const value = typeof given === 'string' ? parseShare(given) : undefined
    if (value !== undefined) return { value, range: node.range }
    return reportMismatch(node, place, { expected: EXPECTED, ...explain(node, given) })
  },
  toJsonSchema: (definitions) => ({
    anyOf: [count.toJsonSchema(definitions), { type: 'string', pattern: `^${SHARE_PATTERN}$`, examples: ['5%'] }],
  }),
}

type Given = Extract<YamlNode, { kind: 'scalar' }>['value'] | undefined

const explain = ({ range }: YamlNode, given: Given): { problem?: string; hint?: Hint | undefined } => {
  if (typeof given === 'number') return { problem: 'is out of range', hint: suggestShare(range, given * 100) }
  if (typeof given !== 'string') return {}
  if (given.includes('${')) return { hint: 'it takes no expression: write the number, or the share' }
  const [, amount, percent] = /^\s*(\d+(?:\.\d+)?)\s*(%|pct|per ?cent)?\s*$/i.exec(given) ?? []
  if (amount === undefined) return {}
  if (percent === undefined) return { hint: write(range, String(Number(amount))) }
  return Number(amount) > 100 ? { problem: 'is out of range' } : { hint: suggestShare(range, Number(amount)) }
}

/** The share in its notation; undefined for one that is none. */
const suggestShare = (range: Range, percent: number): Hint | undefined => {
  const share = `${Number(percent.toFixed(2))}%`
  return percent > 0 && parseShare(share) !== undefined ? write(range, share) : undefined
}
