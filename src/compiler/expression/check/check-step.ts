import type { FieldExpression } from '../expression.ts'
import type { StepType } from '../expression-names.ts'
import { ANY, literalOf, NUMBER, objectOf, optionalOf, type Type, unionOf } from '../type.ts'
import { type CheckContext, respell, textOf } from './context.ts'

/** Values of `.status`; `pending` before the step's first end. */
const STEP_STATUS: Type = unionOf(
  ['completed', 'skipped', 'failed', 'cancelled', 'pending'].map((status) => literalOf(status)),
)

const STEP_FIELDS = ['output', 'status', 'error', 'attempts']

/** `steps.x` as a value: its whole record. */
export const checkStepRecord = (node: FieldExpression, context: CheckContext): Type => {
  const step = findStep(node, context)
  if (step === undefined) return ANY
  const record = objectOf({ status: STEP_STATUS, attempts: NUMBER, 'output?': step.output, 'error?': step.error })
  return node.optional ? optionalOf(record) : record
}

/** `steps.x.output` and its siblings. `reference` is the `steps.x` in it. */
export const checkStepField = (node: FieldExpression, reference: FieldExpression, context: CheckContext): Type => {
  const step = findStep(reference, context)
  if (step === undefined) return ANY
  const { name } = node
  const isGuarded = node.optional || reference.optional
  const wrap = (type: Type): Type => (isGuarded ? optionalOf(type) : type)
  if (name === 'status') return wrap(STEP_STATUS)
  if (name === 'attempts') return wrap(NUMBER)
  if (name === 'output' || name === 'error') {
    if (!isGuarded) context.read(reference.name, name, node)
    return wrap(step[name])
  }
  const shown = textOf(reference, context)
  const isOfOutput = step.output.kind === 'object' && step.output.fields.has(name)
  context.report('unknown_field', node.nameSpan, {
    message: `'${shown}' has no field '${name}': expected ${STEP_FIELDS.join(', ')}`,
    hint: respell(node.nameSpan, name, STEP_FIELDS) ?? (isOfOutput ? `write ${shown}.output.${name}` : undefined),
  })
  return ANY
}

const findStep = ({ name, nameSpan }: FieldExpression, { names, report }: CheckContext): StepType | undefined => {
  const step = names.step(name)
  if (step !== undefined) return step
  const hidden = names.hiddenStep?.(name)
  const ids = names.stepIds()
  report('unknown_step_reference', nameSpan, {
    message:
      hidden === undefined
        ? `step '${name}' does not exist: expected ${ids.length === 0 ? 'no step: none can be read here' : listIds(ids)}`
        : `step '${name}' can't be read here: ${hidden}`,
    hint: hidden === undefined ? respell(nameSpan, name, ids) : undefined,
  })
  return undefined
}

const MOST_IDS_SHOWN = 12

const listIds = (ids: readonly string[]): string =>
  ids.length <= MOST_IDS_SHOWN ? ids.join(', ') : `${ids.slice(0, MOST_IDS_SHOWN).join(', ')}, …`
