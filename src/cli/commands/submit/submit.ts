/** `troupe submit`: queues a run in the database for a server; with `--wait` follows it to its end. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createCatalogue } from '../../../app/catalogue.ts'
import { createKnownVault } from '../../../app/project/known-vault.ts'
import { readVariables, toPricing } from '../../../app/project/project-access.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import type { JsonValue } from '../../../core/json.ts'
import { checkInput } from '../../../runtime/check-input.ts'
import { submitWorkflow } from '../../../service/submit.ts'
import { toSubmittedJson } from '../../../service/views/run-json.ts'
import { compileStored } from '../../../service/workflows/compile-stored.ts'
import { type FoundWorkflow, loadRegistered } from '../../../service/workflows/registered-workflow.ts'
import { BAD_ENDS, type BadEnd, type Definition } from '../../../store/store.ts'
import { openStoreClock } from '../../../store/store-clock.ts'
import { expectTrust } from '../../ask-trust.ts'
import { CliError } from '../../cli-error.ts'
import { compileRunnable, folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { readInput, readInputOf } from '../../input.ts'
import { checkAliases, readModels } from '../../model-arguments.ts'
import { openProject, withDatabase } from '../../open-runs.ts'
import { readChoice } from '../../option-values.ts'
import { findServer } from '../../remote/server-client.ts'
import { orRefuse } from '../../run-output.ts'
import { STDIN } from '../../workflow-file.ts'
import { type Item, readItems } from './read-items.ts'
import { announce, report } from './report-submitted.ts'
import type { SubmitArguments } from './submit-arguments.ts'
import { submitItems } from './submit-items.ts'
import { waitForEnd } from './wait-for-end.ts'

export const submit = (context: Context, options: SubmitArguments): Promise<number> =>
  orRefuse(context, options, () => put(context, options))

const put = async (context: Context, options: SubmitArguments): Promise<number> => {
  const { workflow: name, each, wait = false } = options
  const againIf = readAgainIf(options)
  if (each !== undefined && wait)
    throw new CliError('both --each and --wait are given: expected one of them', {
      hint: 'to wait for one of the runs: troupe watch RUN',
    })
  if (each === STDIN && name === STDIN)
    throw new CliError('the workflow and --each are both -: expected a file for one of them')
  const folder = namesFile(name, context) ? folderOf(name, context.workingFolder) : undefined
  const client = findServer(context)
  if (client === undefined) return putLocally(context, options, { folder, againIf })
  const { putOnServer } = await import('./submit-to-server.ts')
  return putOnServer(context, options, { client, isFile: folder !== undefined, againIf })
}

/** The lines of `--each`, or one input. */
type Wanted = { input: JsonValue } | { items: Item[] }

const readWanted = async (
  workflow: CompiledWorkflow,
  { context, options: { input: texts = [], each, key } }: { context: Context; options: SubmitArguments },
): Promise<Wanted> => {
  if (each === undefined) return { input: await readInputOf(workflow, { texts, context }) }
  const base = await readInput(texts, { schema: workflow.input, context })
  return { items: await readItems(context, { file: each, base, key, check: (input) => checkInput(workflow, input) }) }
}

const putLocally = async (
  context: Context,
  options: SubmitArguments,
  { folder: ofFile, againIf }: { folder: string | undefined; againIf: readonly BadEnd[] },
): Promise<number> => {
  const { workflow: name } = options
  const project = await openProject(context, ofFile)
  const models = readModels(options.model ?? [], project)
  const withInput = async (found: FoundWorkflow) => {
    checkAliases(models, found.workflow)
    return { ...found, wanted: await readWanted(found.workflow, { context, options }) }
  }
  // A file is checked before the database is opened: a refused run leaves nothing behind.
  const read =
    ofFile === undefined
      ? undefined
      : await withInput({ workflow: await compileRunnable(name, { context, project, models }), folder: ofFile })
  return withDatabase(project, async (store) => {
    const compileAs = { catalogue: createCatalogue(), models, environment: project.config.env }
    const registered = {
      workingFolder: context.workingFolder,
      compile: (definition: Definition) => compileStored(definition, compileAs),
    }
    const { workflow, folder, wanted } = read ?? (await withInput(await loadRegistered(store, name, registered)))
    await expectTrust(context, { project, workflow, deed: 'start' })
    const env = readVariables(project, context.environment)
    // Only the server needs the secrets; the vault keeps those that are known here out of the database.
    const vault = createKnownVault(project, context.environment, workflow.secrets)
    const ports = { store, clock: await openStoreClock(store), vault, pricing: toPricing(project) }
    const submit = (input: JsonValue, key: string | undefined) =>
      submitWorkflow(workflow, { input, key, models, env, folder, againIf }, ports)
    if ('items' in wanted)
      return submitItems(context, options, {
        items: wanted.items,
        most: MOST_AT_ONCE,
        submit: async ({ input, key }) => toSubmittedJson(await submit(input, key)),
      })
    const submitted = await submit(wanted.input, options.key)
    const shown = toSubmittedJson(submitted)
    if (options.wait !== true) return report(context, options, { shown, isLocal: true })
    announce(context, options, shown)
    return waitForEnd(context, options, { store, run: submitted.run, workflow })
  })
}

/** The store writes the submissions of one turn of the event loop in one transaction. */
const MOST_AT_ONCE = 250

const namesFile = (name: string, { workingFolder }: Context): boolean =>
  name === STDIN || /[/\\]|\.ya?ml$/.test(name) || existsSync(resolve(workingFolder, name))

/** @throws CliError */
const readAgainIf = ({ key, againIf }: SubmitArguments): BadEnd[] => {
  if (againIf === undefined) return []
  if (key === undefined)
    throw new CliError('--again-if is given without --key: expected the key of the run that has ended', {
      hint: 'without a key each submission is a new run',
    })
  return againIf.split(',').map((end) => readChoice('--again-if', end.trim(), BAD_ENDS))
}
