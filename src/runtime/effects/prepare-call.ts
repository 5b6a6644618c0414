/** Prepares a step that an actor performs: the call, an approval of the call, or the fault of its input. */
import type { MachineContext } from '../../compiler/machine-context.ts'
import { type FaultData, isFault, toFaultData } from '../../core/fault.ts'
import { type AskedStep, contextOf, pathOf } from '../scope/scope.ts'
import { toCallApproval } from '../waits/answered-step.ts'
import type { WaitingStep } from '../waits/open-waits.ts'
import type { OpenEffect } from './run-effect.ts'

export type PreparedCall =
  | { kind: 'call'; effect: OpenEffect }
  | { kind: 'ask'; waiting: WaitingStep }
  | { kind: 'fault'; fault: FaultData }

/** @param options.root Context of the root machine, in which presets are evaluated. */
export const prepareCall = (
  asked: AskedStep,
  { root, isApproved }: { root: MachineContext; isApproved: boolean },
): PreparedCall => {
  const { scope, step, visit, plan } = asked
  const { entered, calls, bounds } = contextOf(scope).steps[step] ?? {}
  try {
    const input = plan?.preset?.complete(asked.input, root) ?? asked.input
    if (!isApproved && plan?.preset?.needsApproval(input, root) === true)
      return { kind: 'ask', waiting: toCallApproval({ ...asked, input }) }
    const effect: OpenEffect = {
      path: pathOf(scope, step),
      visit,
      step: plan?.id ?? step,
      input,
      calls: calls ?? 0,
    }
    if (entered?.kind === 'input' && entered.key !== undefined) effect.key = entered.key
    if (bounds?.timeoutMs !== undefined) effect.timeoutMs = bounds.timeoutMs
    if (plan?.kind === 'workflow') effect.askedAt = asked.at
    if (root.ending !== undefined) effect.isFinal = true
    return { kind: 'call', effect }
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown
    return { kind: 'fault', fault: toFaultData(thrown) }
  }
}
