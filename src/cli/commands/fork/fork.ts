/** `troupe fork`: starts a new run with the beginning of another one. */
import { createCatalogue } from '../../../app/catalogue.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { countOf } from '../../../core/count.ts'
import { formatValue } from '../../../core/value-text.ts'
import type { VisitName } from '../../../service/history/find-visit.ts'
import { type DroppedRow, type ForkPlan, planFork } from '../../../service/history/plan-fork.ts'
import type { SetOutput } from '../../../service/history/set-outputs.ts'
import { compileStored } from '../../../service/workflows/compile-stored.ts'
import { beginCopy, type CopyOptions } from '../../begin-copy.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { describeUsage, nameVisit } from '../../figures.ts'
import { expectJson, readChangedInput, readInputFile } from '../../input.ts'
import { checkAliases, readModels } from '../../model-arguments.ts'
import { type OpenedRuns, withRuns } from '../../open-runs.ts'
import { readCount } from '../../option-values.ts'
import { writeJson } from '../../output.ts'
import { openPastRun, type PastRun } from '../../past-run.ts'
import { orRefuse } from '../../run-output.ts'

export interface ForkArguments extends CopyOptions {
  run: string
  from: string
  visit?: string
  input?: string[]
  model?: string[]
  set?: string[]
  sameKeys?: boolean
  dryRun?: boolean
}

export const fork = (context: Context, options: ForkArguments): Promise<number> =>
  withRuns(context, (opened) =>
    orRefuse(context, options, async () => {
      const { json = false, quiet = false, dryRun = false } = options
      const past = await openPastRun(context, opened, options.run)
      const plan = await makePlan(past, { options, context, opened })
      if (!json && !quiet) report(plan, past, context)
      if (dryRun && json) writeJson(context, toJson(plan, past))
      if (dryRun) return EXIT.completed
      const { workflow, copied, data } = plan
      return await beginCopy(context, options, {
        opened,
        stored: { ...past.stored, workflow },
        start: { input: data.input, models: data.models, copied, origin: { kind: 'fork', of: past.record.id } },
      })
    }),
  )

const makePlan = async (
  past: PastRun,
  { options, context, opened }: { options: ForkArguments; context: Context; opened: OpenedRuns },
): Promise<ForkPlan> => {
  const { record, stored, rows, created } = past
  const models = readModels(options.model ?? [], opened.project)
  checkAliases(models, stored.workflow)
  const { workflow } = stored
  return planFork(
    { id: record.id, workflow, rows },
    {
      from: readPlace(options),
      catalogue: createCatalogue(),
      now: Date.now(),
      set: await Promise.all((options.set ?? []).map((text) => readSet(text, context))),
      sameKeys: options.sameKeys ?? false,
      ...(options.input === undefined
        ? {}
        : { input: await readChangedInput(past, { texts: options.input, context }) }),
      ...(Object.keys(models).length === 0 ? {} : await withModels(past, { ...created.models, ...models }, opened)),
    },
  )
}

const readPlace = ({ from, visit }: ForkArguments): VisitName => {
  const { path, visit: named } = parseVisit(from)
  return { path, visit: readCount('--visit', visit) ?? named ?? 1 }
}

/** Parses a visit as `trace` shows it: `write:2`. */
const parseVisit = (text: string): { path: string; visit?: number } => {
  const [, path = text, visit] = /^(.+):([1-9]\d{0,8})$/.exec(text) ?? []
  return visit === undefined ? { path } : { path, visit: Number(visit) }
}

const readSet = async (text: string, context: Context): Promise<SetOutput> => {
  const [, name, value] = /^(.+?)\.output=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new CliError(`--set ${formatValue(text)} is wrong: expected STEP.output=JSON`, { hint: SET_EXAMPLE })
  if (value.startsWith('@')) return { ...parseVisit(name), output: await readInputFile(value.slice(1), { context }) }
  const output = expectJson(value, { what: `--set ${formatValue(text)}`, hint: SET_EXAMPLE })
  return { ...parseVisit(name), output }
}

const SET_EXAMPLE = `such as --set 'classify.output={"label": "bug"}', or --set classify.output=@label.json`

const withModels = async (
  { record, stored }: PastRun,
  models: Record<string, string>,
  { store }: OpenedRuns,
): Promise<{ models: Record<string, string>; workflow: CompiledWorkflow }> => {
  const definition = await store.loadDefinition(record.definition)
  if (definition === undefined) throw new CliError(`the definition of run ${record.id} is gone`)
  return {
    models,
    workflow: compileStored(definition, {
      catalogue: createCatalogue(),
      models,
      environment: Object.keys(stored.environment),
    }),
  }
}

const toJson = ({ copied: { past }, dropped, isReached, undoes }: ForkPlan, { record }: PastRun) => ({
  workflow: record.workflow,
  origin: { kind: 'fork', of: record.id },
  from: { step: past.fork.from, visit: past.fork.visit },
  copied_rows: past.rows.length,
  copied_usage: past.fork.usage,
  not_copied: dropped.map(({ path, visit, reason }) => ({ step: path, visit, reason })),
  is_reached: isReached,
  undoes,
})

const report = (plan: ForkPlan, { record }: PastRun, { stderr }: Context): void => {
  const { copied, dropped, isReached, undoes } = plan
  const { fork, rows } = copied.past
  const cost = describeUsage(fork.usage)
  const paid = cost.length === 0 ? '' : ` (${cost.join(' · ')}: paid in that run, not charged again)`
  const { paint } = stderr
  stderr.write(
    `fork of ${record.id} from ${paint.bold(nameVisit(fork.from, fork.visit))}: ${countOf(rows.length, 'row')} copied${paid}\n`,
  )
  if (dropped.length > 0) stderr.write(`  ${paint.yellow('not copied:')} ${describeDropped(dropped)}\n`)
  if (!isReached) stderr.write(`  ${fork.from} starts after the steps before it have been performed again\n`)
  if (undoes.length > 0)
    stderr.write(
      `  ${paint.yellow('careful:')} if it fails, it undoes steps that ${record.id} performed: ${undoes.join(', ')}\n`,
    )
}

const MOST_DROPPED = 8

const describeDropped = (dropped: readonly DroppedRow[]): string => {
  const shown = dropped
    .slice(0, MOST_DROPPED)
    .map((row) => `${nameVisit(row.path === '' ? 'an event' : row.path, row.visit)} ${REASONS[row.reason]}`)
  const left = dropped.length - shown.length
  return `${shown.join(', ')}${left > 0 ? `, and ${left} more` : ''}`
}

const REASONS: Record<DroppedRow['reason'], string> = {
  changed: '(its input changed)',
  not_reached: '(not reached yet)',
}
