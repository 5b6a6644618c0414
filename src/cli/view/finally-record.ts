/** The record of `finally` as a whole, so that views show it as a block around its steps. */
import { type Ending, type MachineContext, PENDING, type StepRecord } from '../../compiler/machine-context.ts'
import { toErrorValue } from '../../core/fault.ts'

/** One for each ending, so that changes are found by comparing references. */
const known = new WeakMap<Ending, StepRecord>()

export const finallyRecord = ({ ending }: Pick<MachineContext, 'ending'>): StepRecord => {
  if (ending === undefined) return PENDING
  const record = known.get(ending) ?? toRecord(ending)
  known.set(ending, record)
  return record
}

const toRecord = ({ isOver, cutBy }: Ending): StepRecord => {
  const begun = { ...PENDING, visits: 1, entries: 1 }
  if (isOver !== true) return { ...begun, entered: { kind: 'block', count: 0 } }
  if (cutBy === undefined) return { ...begun, status: 'completed' }
  return cutBy === 'cancel'
    ? { ...begun, status: 'cancelled' }
    : { ...begun, status: 'failed', error: toErrorValue(cutBy.fault) }
}
