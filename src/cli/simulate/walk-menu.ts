/** What can happen next on a walk, numbered, and what somebody's answer to that means. */
import type { ExampleOutputs } from '../../app/walk/example-outputs.ts'
import type { PossibleFaults } from '../../app/walk/possible-faults.ts'
import { nextTimers, type Walk, type WalkOutcome } from '../../app/walk/walk.ts'
import { formatDuration } from '../../core/duration.ts'
import type { JsonValue } from '../../core/json.ts'
import type { JsonSchema } from '../../core/json-schema.ts'
import { findNearest } from '../../core/nearest.ts'
import type { OpenEffect } from '../../runtime/run-effect.ts'
import type { Paint } from '../paint.ts'
import { describeValue } from './walk-text.ts'

export interface WalkMenu {
  lines: string[]
  /** By number, from 1. */
  outcomes: WalkOutcome[]
  /** The paths of open effects. */
  open: ReadonlyMap<string, JsonSchema | undefined>
}

export interface Possibilities {
  examples: ReadonlyMap<string, ExampleOutputs>
  faults: ReadonlyMap<string, PossibleFaults>
}

/** Items that are alike: the first of them can be chosen by number, all by their path. */
const MOST_EFFECTS = 10

const WIDTH = 70

export const createMenu = (walk: Walk, possible: Possibilities, paint: Paint): WalkMenu => {
  const outcomes: WalkOutcome[] = []
  const add = (outcome: WalkOutcome): string => paint.cyan(String(outcomes.push(outcome)).padStart(3))
  const effects = walk.state.openEffects()
  const lines = effects.slice(0, MOST_EFFECTS).flatMap((effect) => addEffect(effect, { possible, add, paint }))
  if (effects.length > MOST_EFFECTS)
    lines.push(`  … and ${effects.length - MOST_EFFECTS} more like these: ${effects.at(-1)?.path} is the last`)
  for (const { path, name, dueAt } of nextTimers(walk)) {
    const delay = formatDuration(Math.max(0, dueAt - walk.at))
    lines.push(`  ${paint.bold(path)}`, `  ${add({ step: path, timer: name })}  ${delay} go by: ${name}`)
  }
  const open = new Map(effects.map(({ path, step }) => [path, possible.examples.get(step)?.schema]))
  return { lines, outcomes, open }
}

const addEffect = (
  { path, visit, step }: OpenEffect,
  { possible, add, paint }: { possible: Possibilities; add(outcome: WalkOutcome): string; paint: Paint },
): string[] => {
  const { examples = [{}], calls = [] } = possible.examples.get(step) ?? {}
  const codes = possible.faults.get(step)?.all ?? []
  return [
    `  ${paint.bold(path)}${visit === 1 ? '' : paint.dim(` (visit ${visit})`)}`,
    ...[...examples, ...calls].map((output) => `  ${add({ step: path, output })}  gives ${describeValue(output)}`),
    ...wrap(codes.map((fault) => `${add({ step: path, fault })} ${fault}`)).map(
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
  | { kind: 'outcome'; outcome: WalkOutcome; schema?: JsonSchema | undefined }
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
cancel          cancels the run
back, path      undoes the last outcome; shows all so far
quit            leaves`

/** An answer: a number, `STEP JSON`, `STEP fails CODE`, or one of the words. */
export const readChoice = (text: string, { outcomes, open }: WalkMenu): Choice => {
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
  if (!open.has(step)) return reportUnknown(step, open)
  const [, fault] = /^fails:?\s+(\S+)$/.exec(rest) ?? []
  if (fault !== undefined) return { kind: 'outcome', outcome: { step, fault } }
  return readOutput(step, rest.replace(/^gives\s+/, ''), open.get(step))
}

const reportUnknown = (word: string, open: WalkMenu['open']): Choice => {
  const nearest = findNearest(word, [...open.keys(), ...Object.keys(WORDS), 'cancel'])
  return {
    kind: 'wrong',
    problem: `'${word}' is neither a number nor a step that is open`,
    hint: nearest === undefined ? "'help' says what can be written" : `did you mean '${nearest}'?`,
  }
}

const readOutput = (step: string, text: string, schema: JsonSchema | undefined): Choice => {
  try {
    return { kind: 'outcome', outcome: { step, output: JSON.parse(text) as JsonValue }, schema }
  } catch (error) {
    return {
      kind: 'wrong',
      problem: `'${text}' is no JSON: ${(error as Error).message}`,
      hint: `write ${step} {…} for an output, or ${step} fails CODE`,
    }
  }
}
