/** Walks through a workflow with a user who chooses how each step ends, in a terminal or line by line from a pipe. */
import { countOf } from '../../../core/count.ts'
import type { JsonSchema } from '../../../core/json-schema.ts'
import type { RunState } from '../../../runtime/run-state.ts'
import { findRefusal } from '../../../runtime/waits/read-message.ts'
import { toDecision, toEvent, toOutcome, type Walk, type Walker } from '../../../service/simulation/walk.ts'
import { CliError } from '../../cli-error.ts'
import type { Channel, Context } from '../../context.ts'
import { type Choice, createMenu, MENU_HELP, type Possibilities, readChoice, type WalkMenu } from './walk-menu.ts'
import {
  describeChange,
  describeFault,
  describeOutcome,
  describePlace,
  describeTime,
  describeValue,
} from './walk-text.ts'

export interface HandOptions {
  walker: Walker
  possible: Possibilities
  /** Receives menus and answers. */
  channel: Channel
}

/** Resolves to the walk at its end, at `quit` or after the last line. @throws CliError for a wrong line from a pipe */
export const walkByHand = async ({ readLines }: Context, { walker, possible, channel }: HandOptions): Promise<Walk> => {
  const { paint, write } = channel
  const trail: Walk[] = [walker([])]
  const here = (): Walk => trail.at(-1) as Walk
  const lines = readLines()
  const input = lines[Symbol.asyncIterator]()
  let number = 0
  showChange(undefined, here(), channel)
  for (;;) {
    if (here().state.end !== undefined) break
    const menu = showPlace(here(), possible, channel)
    write(paint.dim('> '))
    const { value: line, done } = await input.next()
    number++
    if (done === true) break
    if (!lines.isTerminal) write(`${line}\n`)
    const choice = await judge(readChoice(line, menu))
    if (choice.kind === 'quit') break
    if (choice.kind === 'wrong') refuse(choice, { lines, number, channel })
    else if (choice.kind === 'outcome') goOn(choice, { trail, walker, channel })
    else if (choice.kind === 'back' && trail.length > 1) trail.pop()
    else if (choice.kind === 'path') write(`${listOutcomes(here()).join('\n')}\n`)
    else if (choice.kind === 'help') write(`${MENU_HELP}\n`)
  }
  await input.return?.()
  const { end } = here().state
  write(end === undefined ? `\n${paint.dim('left before the end')}\n` : `\n${describeEnd(end, here(), channel)}\n`)
  return here()
}

const goOn = (
  { outcome }: Extract<Choice, { kind: 'outcome' }>,
  { trail, walker, channel }: { trail: Walk[]; walker: Walker; channel: Channel },
): void => {
  const walk = trail.at(-1) as Walk
  const event = toEvent(walk, outcome)
  if (event === undefined) return
  const next = walker([...walk.events, event])
  trail.push(next)
  showChange(walk, next, channel)
}

/** Checks that a typed output fits the type of its step, and that a decision would be accepted. */
const judge = async (choice: Choice): Promise<Choice> => {
  if (choice.kind !== 'outcome') return choice
  const { outcome, schema, approval } = choice
  if (approval !== undefined && ('approved' in outcome || 'rejected' in outcome)) {
    const refusal = await findRefusal(approval, toDecision(approval, outcome))
    return refusal === undefined ? choice : { kind: 'wrong', problem: refusal.reason, hint: 'see its `form` and `by`' }
  }
  if (schema === undefined || !('output' in outcome)) return choice
  const problem = await findProblem(schema, outcome.output)
  if (problem === undefined) return choice
  return { kind: 'wrong', problem: `'${outcome.step}' can't give that: ${problem}`, hint: 'see its `returns`' }
}

const findProblem = async (schema: JsonSchema, output: unknown): Promise<string | undefined> => {
  const { createValidator } = await import('../../../core/json-schema-validator.ts')
  return createValidator(schema)(output)
}

/** Ends the walk of a pipe: the lines behind a wrong one would be applied to a different state than intended. */
const refuse = (
  { problem, hint }: Extract<Choice, { kind: 'wrong' }>,
  { lines, number, channel }: { lines: { isTerminal: boolean }; number: number; channel: Channel },
): void => {
  if (!lines.isTerminal) throw new CliError(`line ${number}: ${problem}`, { hint })
  channel.write(`${channel.paint.red(problem)}; ${hint}\n`)
}

const showChange = (before: Walk | undefined, after: Walk, { write, paint }: Channel): void => {
  for (const line of describeChange(before, after, paint)) write(`${line}\n`)
}

const showPlace = (walk: Walk, possible: Possibilities, { write, paint }: Channel): WalkMenu => {
  const menu = createMenu(walk, possible, paint)
  const time = describeTime(walk)
  write(`\n${paint.bold('at')} ${describePlace(walk)}${time === '' ? '' : paint.dim(`  ${time}`)}\n`)
  for (const line of menu.lines) write(`${line}\n`)
  const back = walk.events.length === 0 ? '' : 'back, path, '
  write(`  ${paint.dim(`a number, STEP JSON, STEP fails CODE, cancel, ${back}help, quit`)}\n`)
  return menu
}

const listOutcomes = ({ events }: Walk): string[] =>
  events.map((event, index) => `${String(index + 1).padStart(3)}  ${describeOutcome(toOutcome(event))}`)

const describeEnd = (
  { status, output, error }: NonNullable<RunState['end']>,
  walk: Walk,
  { paint }: Channel,
): string => {
  const count = walk.events.length
  const after = `after ${countOf(count, 'outcome')}`
  const path = listOutcomes(walk).map((line) => `\n${paint.dim(line)}`)
  if (status === 'completed') return `${paint.green('completed')} ${after}: ${describeValue(output)}${path.join('')}`
  const because = error === null ? '' : `: ${describeFault(error.code, error.message)}`
  const at = error?.step === undefined || error.step === null ? '' : `, at ${error.step}`
  return `${paint.red(status)} ${after}${because}${at}${path.join('')}`
}
