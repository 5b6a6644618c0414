/** Lists the possible next outcomes of a walk by number, and parses the answer of the user. */
import { formatDuration } from '../../../core/duration.ts'
import { parseFiniteJson } from '../../../core/finite-json.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { JsonSchema } from '../../../core/json-schema.ts'
import type { OpenEffect, OpenWait } from '../../../runtime/effects/run-effect.ts'
import { describeAsked, describeGiven } from '../../../runtime/waits/approval-progress.ts'
import type { ExampleOutputs } from '../../../service/simulation/example-outputs.ts'
import type { PossibleFaults } from '../../../service/simulation/possible-faults.ts'
import type { WaitOffers } from '../../../service/simulation/wait-offers.ts'
import {
  type Approval,
  nextTimers,
  openApprovals,
  type Walk,
  type WalkOutcome,
} from '../../../service/simulation/walk.ts'
import { namePath } from '../../figures.ts'
import { suggest } from '../../option-values.ts'
import type { Paint } from '../../paint.ts'
import { cutEnd, toOneLine } from '../../printable.ts'
import { describeCode, describeValue } from './walk-text.ts'

export interface WalkMenu {
  lines: string[]
  /** Outcomes in the order of their numbers, which start at 1. */
  outcomes: WalkOutcome[]
  /** Output schemas of open effects, by path. */
  open: ReadonlyMap<string, JsonSchema | undefined>
  /** Open approvals, by path. */
  approvals: ReadonlyMap<string, Approval>
}

export interface Possibilities {
  examples: ReadonlyMap<string, ExampleOutputs>
  faults: ReadonlyMap<string, PossibleFaults>
  waits: WaitOffers
}

/** Effects that are listed with numbers; further ones can be chosen by their path. */
const MOST_EFFECTS = 10

const WIDTH = 70

export const createMenu = (walk: Walk, possible: Possibilities, paint: Paint): WalkMenu => {
  const outcomes: WalkOutcome[] = []
  const add = (outcome: WalkOutcome): string => paint.cyan(String(outcomes.push(outcome)).padStart(3))
  const effects = walk.state.openEffects()
  const lines = effects.slice(0, MOST_EFFECTS).flatMap((effect) => addEffect(effect, { possible, add, paint }))
  if (effects.length > MOST_EFFECTS)
    lines.push(`  … and ${effects.length - MOST_EFFECTS} more like these: ${effects.at(-1)?.path} is the last`)
  const waits = walk.state.openWaits()
  for (const wait of waits.slice(0, MOST_EFFECTS))
    lines.push(describeWait(wait, paint), ...possible.waits(walk, wait).map((one) => `  ${add(one)}  ${answer(one)}`))
  if (waits.length > MOST_EFFECTS)
    lines.push(`  … and ${waits.length - MOST_EFFECTS} more that wait: ${waits.at(-1)?.path} is the last`)
  for (const { path, name, dueAt } of nextTimers(walk)) {
    const delay = formatDuration(Math.max(0, dueAt - walk.at))
    lines.push(`  ${paint.bold(namePath(path))}`, `  ${add({ step: path, timer: name })}  ${delay} go by: ${name}`)
  }
  const open = new Map(effects.map(({ path, step }) => [path, possible.examples.get(step)?.schema]))
  return { lines, outcomes, open, approvals: new Map(openApprovals(walk).map((wait) => [wait.path, wait])) }
}

const describeWait = (wait: OpenWait, paint: Paint): string => {
  if (wait.kind === 'event') return `  ${paint.bold(wait.path)} waits for the event ${wait.event}`
  const who = wait.by === null && wait.count === 1 ? 'asks' : `asks ${toOneLine(describeAsked(wait))}`
  const given = wait.decisions.length === 0 ? '' : paint.dim(` (${toOneLine(describeGiven(wait))})`)
  return `  ${paint.bold(wait.path)} ${who}: ${cutEnd(toOneLine(wait.title), WIDTH)}${given}`
}

const answer = (outcome: WalkOutcome): string => {
  if ('event' in outcome) return `comes with ${describeValue(outcome.data)}`
  if (!('approved' in outcome)) return 'rejected'
  return outcome.approved === null ? 'approved' : `approved with ${describeValue(outcome.approved)}`
}

const addEffect = (
  { path, visit, step }: OpenEffect,
  { possible, add, paint }: { possible: Possibilities; add(outcome: WalkOutcome): string; paint: Paint },
): string[] => {
  const { examples = [{}], calls = [] } = possible.examples.get(step) ?? {}
  const { all = [], detailed = [] } = possible.faults.get(step) ?? {}
  const faults = [
    ...detailed.map(({ code, details }) => ({ fault: code, details })),
    ...all.map((fault) => ({ fault })),
  ]
  return [
    `  ${paint.bold(path)}${visit === 1 ? '' : paint.dim(` (visit ${visit})`)}`,
    ...[...examples, ...calls].map((output) => `  ${add({ step: path, output })}  gives ${describeValue(output)}`),
    ...wrap(faults.map((fault) => `${add({ step: path, ...fault })} ${describeCode(fault)}`)).map(
      (line, index) => `    ${index === 0 ? 'fails with' : '          '}${line}`,
    ),
  ]
}

const wrap = (words: readonly string[]): string[] => {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length > WIDTH) lines.push(word)
    else lines[lines.length - 1] = `${last}  ${word}`
  }
  return lines
}

export type Choice =
  | { kind: 'outcome'; outcome: WalkOutcome; schema?: JsonSchema | undefined; approval?: Approval | undefined }
  | { kind: 'back' | 'path' | 'help' | 'quit' | 'nothing' }
  | { kind: 'wrong'; problem: string; hint: string }

const WORDS = {
  b: 'back',
  back: 'back',
  p: 'path',
  path: 'path',
  h: 'help',
  help: 'help',
  '?': 'help',
  q: 'quit',
  quit: 'quit',
} as const

export const MENU_HELP = `NUMBER          takes one of the outcomes above
STEP JSON       the step gives this, such as: classify {"label": "bug"}
STEP fails CODE the step ends with this fault
STEP approved [JSON], STEP rejected [COMMENT]
                a person decides, with these values of the form
event NAME JSON an event arrives; it is kept until the run waits for it
cancel          cancels the run
back, path      undoes the last outcome; shows all so far
quit            leaves`

/** Parses a number, `STEP JSON`, `STEP fails CODE`, a decision, an event, or one of the words. */
export const readChoice = (text: string, { outcomes, open, approvals }: WalkMenu): Choice => {
  const line = text.trim()
  if (line === '' || line.startsWith('#')) return { kind: 'nothing' }
  if (line === 'c' || line === 'cancel') return { kind: 'outcome', outcome: { cancel: true } }
  if (Object.hasOwn(WORDS, line)) return { kind: WORDS[line as keyof typeof WORDS] }
  if (/^\d+$/.test(line)) {
    const outcome = outcomes[Number(line) - 1]
    if (outcome !== undefined) return { kind: 'outcome', outcome }
    return { kind: 'wrong', problem: `there is no ${line}`, hint: `expected 1 to ${outcomes.length}, or a step` }
  }
  const [, step = line, rest = ''] = /^(\S+)\s+(.+)$/s.exec(line) ?? []
  if (step === 'event' && rest !== '') return readEvent(rest)
  const approval = approvals.get(step)
  if (approval !== undefined) return readDecision(approval, rest)
  if (!open.has(step)) return reportUnknown(step, [...open.keys(), ...approvals.keys()])
  const [, fault] = /^fails:?\s+(\S+)$/.exec(rest) ?? []
  if (fault !== undefined) return { kind: 'outcome', outcome: { step, fault } }
  return readOutput(step, rest.replace(/^gives\s+/, ''), open.get(step))
}

const readEvent = (rest: string): Choice => {
  const [, event = rest, data = 'null'] = /^(\S+)\s+(.+)$/s.exec(rest) ?? []
  const parsed = parseJson(data)
  return 'problem' in parsed
    ? { kind: 'wrong', ...parsed, hint: `write event ${event} {…}` }
    : { kind: 'outcome', outcome: { event, data: parsed.value } }
}

const readDecision = (approval: Approval, rest: string): Choice => {
  const step = approval.path
  const [, verdict, more = ''] = /^(approved|rejected)\b:?\s*(.*)$/s.exec(rest) ?? []
  if (verdict === 'rejected') return { kind: 'outcome', outcome: { step, rejected: more }, approval }
  const parsed = parseJson(more === '' ? 'null' : more.replace(/^with\s+/, ''))
  if (verdict === 'approved' && 'value' in parsed)
    return { kind: 'outcome', outcome: { step, approved: parsed.value }, approval }
  const problem = 'problem' in parsed ? parsed.problem : `'${step}' waits for a decision`
  return { kind: 'wrong', problem, hint: `write ${step} approved {…}, or ${step} rejected` }
}

const parseJson = (text: string): { value: JsonValue } | { problem: string } => {
  try {
    return { value: parseFiniteJson(text) }
  } catch (error) {
    return { problem: `'${text}' is no JSON: ${(error as Error).message}` }
  }
}

const reportUnknown = (word: string, open: readonly string[]): Choice => {
  return {
    kind: 'wrong',
    problem: `'${word}' is neither a number nor an open step`,
    hint: suggest(word, [...open, ...Object.keys(WORDS), 'cancel'], "'help' lists the possible answers") ?? '',
  }
}

const readOutput = (step: string, text: string, schema: JsonSchema | undefined): Choice => {
  const parsed = parseJson(text)
  return 'problem' in parsed
    ? { kind: 'wrong', ...parsed, hint: `write ${step} {…} for an output, or ${step} fails CODE` }
    : { kind: 'outcome', outcome: { step, output: parsed.value }, schema }
}
