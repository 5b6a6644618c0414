/** Submits the lines of `--each`, some at once, and tells of them in their order. */
import { countOf, formatCount } from '../../../core/count.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { writeHint, writeJsonLine } from '../../output.ts'
import { toOneLine } from '../../printable.ts'
import { explainError } from '../../report-error.ts'
import type { Item } from './read-items.ts'
import type { SubmitArguments, SubmittedRun } from './submit-arguments.ts'

export interface ItemsSubmission {
  items: readonly Item[]
  /** Submissions in flight. */
  most: number
  submit(item: Item): Promise<SubmittedRun>
}

type Outcome = { shown: SubmittedRun } | { error: ReturnType<typeof explainError> }

/** Resolves to the exit code: 2 if a line was refused. Ctrl-C ends it behind those in flight. @throws the error that concerns all lines */
export const submitItems = async (
  context: Context,
  options: SubmitArguments,
  { items, most, submit }: ItemsSubmission,
): Promise<number> => {
  const told = createTeller(context, options, items)
  let stopped: { by: unknown } | 'SIGINT' | undefined
  const interrupt = (): void => {
    stopped ??= 'SIGINT'
  }
  const left = items.entries()
  const work = async (): Promise<void> => {
    for (const [index, item] of left) {
      try {
        told.take(index, { shown: await submit(item) })
      } catch (thrown) {
        const error = explainError(thrown)
        if (error.exitCode === EXIT.invalid) told.take(index, { error })
        else stopped ??= { by: thrown }
      }
      if (stopped !== undefined) return
    }
  }
  process.once('SIGINT', interrupt)
  try {
    await Promise.all(Array.from({ length: most }, work))
  } finally {
    process.off('SIGINT', interrupt)
  }
  const { submitted, refused } = told.end()
  if (stopped === undefined) return refused > 0 ? EXIT.invalid : EXIT.completed
  const text = `${formatCount(submitted)} of ${countOf(items.length, 'line')} are submitted`
  const hint =
    options.key === undefined
      ? 'with --key the same command again would submit each line once'
      : 'the same command again submits the others: --key keeps each line to one run'
  if (stopped !== 'SIGINT') throw toStopped(stopped.by, { text, hint })
  context.stderr.write(`interrupted: ${text}\n`)
  writeHint(context, hint)
  return EXIT.interrupted
}

const toStopped = (thrown: unknown, { text, hint }: { text: string; hint: string }): CliError => {
  const { message, exitCode } = explainError(thrown)
  return new CliError(`${message}; ${text}`, { hint, exitCode, cause: thrown })
}

/** Writes each outcome when those of all lines before it are written. */
const createTeller = ({ stdout, stderr }: Context, options: SubmitArguments, items: readonly Item[]) => {
  const { json = false, quiet = false } = options
  const waiting = new Map<number, Outcome>()
  const count = { submitted: 0, known: 0, refused: 0 }
  let next = 0
  const write = (line: number, outcome: Outcome): void => {
    if ('error' in outcome) {
      const { code, message } = outcome.error
      count.refused++
      if (json) writeJsonLine({ stdout }, { line, error: { code, message } })
      stderr.write(`line ${line}: ${toOneLine(message)}\n`)
      return
    }
    count.submitted++
    if (!outcome.shown.is_new) count.known++
    if (json) writeJsonLine({ stdout }, { line, ...outcome.shown })
    else stdout.write(`${outcome.shown.run}\n`)
  }
  const flush = (isLast: boolean): void => {
    for (; next < items.length; next++) {
      const outcome = waiting.get(next)
      if (outcome === undefined && !isLast) return
      waiting.delete(next)
      if (outcome !== undefined) write(items[next]?.line ?? 0, outcome)
    }
  }
  return {
    take(index: number, outcome: Outcome): void {
      waiting.set(index, outcome)
      flush(false)
    },
    end(): { submitted: number; refused: number } {
      flush(true)
      const { submitted, known, refused } = count
      const before = known === 0 ? '' : `, ${formatCount(known)} of them before`
      const not = refused === 0 ? '' : `, ${formatCount(refused)} refused`
      if (!quiet && !json) stderr.write(`${countOf(submitted, 'run')} submitted${before}${not}\n`)
      return { submitted, refused }
    },
  }
}
