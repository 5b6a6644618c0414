import type { RunOrigin, RunRecord } from '../store/store.ts'
import { toOneLine } from './printable.ts'

/** `fork of r-1`, `again after run r-1`. */
export const describeOrigin = ({ kind, of }: RunOrigin): string =>
  kind === 'again'
    ? `again after run ${of}`
    : kind === 'step'
      ? `started by a step of run ${of}`
      : `${kind} of ${toOneLine(of)}`

/** `replaced by run r-2, under the same key`; empty for a run that was not made again. */
export const describeReplaced = ({ replacedBy, key }: RunRecord): string =>
  replacedBy === null ? '' : `replaced by run ${replacedBy}, under the same key '${toOneLine(key ?? '')}'`
