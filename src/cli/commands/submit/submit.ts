/** `troupe submit`: queues a run in the database for a server; with `--wait` follows it to its end. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createCatalogue } from '../../../app/catalogue.ts'
import { createKnownVault } from '../../../app/project/known-vault.ts'
import { readVariables, toPricing } from '../../../app/project/project-access.ts'
import { submitWorkflow } from '../../../service/submit.ts'
import { toSubmittedJson } from '../../../service/views/run-json.ts'
import { compileStored } from '../../../service/workflows/compile-stored.ts'
import { type FoundWorkflow, loadRegistered } from '../../../service/workflows/registered-workflow.ts'
import { BAD_ENDS, type BadEnd, type Definition } from '../../../store/store.ts'
import { openStoreClock } from '../../../store/store-clock.ts'
import { expectTrust } from '../../ask-trust.ts'
import { hintAtStart } from '../../begin-copy.ts'
import { CliError } from '../../cli-error.ts'
import { compileRunnable, folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { readInputOf } from '../../input.ts'
import { checkAliases, readModels } from '../../model-arguments.ts'
import { openProject, withDatabase } from '../../open-runs.ts'
import { readChoice } from '../../option-values.ts'
import { describeOrigin } from '../../origin-text.ts'
import { writeHint, writeJson } from '../../output.ts'
import { findServer } from '../../remote/server-client.ts'
import { orRefuse } from '../../run-output.ts'
import { STDIN } from '../../workflow-file.ts'
import type { SubmitArguments, SubmittedRun } from './submit-arguments.ts'
import { waitForEnd } from './wait-for-end.ts'

export const submit = (context: Context, options: SubmitArguments): Promise<number> =>
  orRefuse(context, options, () => put(context, options))

const put = async (context: Context, options: SubmitArguments): Promise<number> => {
  const { workflow: name, input: texts, key } = options
  const againIf = readAgainIf(options)
  const folder = namesFile(name, context) ? folderOf(name, context.workingFolder) : undefined
  const client = findServer(context)
  if (client !== undefined) {
    const { submitToServer, waitOnServer } = await import('./submit-to-server.ts')
    const shown = await submitToServer(context, options, { client, isFile: folder !== undefined, againIf })
    if (options.wait !== true) return report(context, options, shown)
    if (options.json !== true && options.quiet !== true) context.stderr.write(`${describe(shown)}\n`)
    return waitOnServer(context, options, { client, run: shown.run })
  }
  const project = await openProject(context, folder)
  const models = readModels(options.model ?? [], project)
  const withInput = async (found: FoundWorkflow) => {
    checkAliases(models, found.workflow)
    return { ...found, input: await readInputOf(found.workflow, { texts, context }) }
  }
  // A file is checked before the database is opened: a refused run leaves nothing behind.
  const read =
    folder === undefined
      ? undefined
      : await withInput({ workflow: await compileRunnable(name, { context, project, models }), folder })
  return withDatabase(project, async (store) => {
    const compileAs = { catalogue: createCatalogue(), models, environment: project.config.env }
    const registered = {
      workingFolder: context.workingFolder,
      compile: (definition: Definition) => compileStored(definition, compileAs),
    }
    const { workflow, folder, input } = read ?? (await withInput(await loadRegistered(store, name, registered)))
    await expectTrust(context, { project, workflow, deed: 'start' })
    const env = readVariables(project, context.environment)
    const request = { input, models, env, folder, key, againIf }
    // Only the server needs the secrets; the vault keeps those that are known here out of the database.
    const vault = createKnownVault(project, context.environment, workflow.secrets)
    const ports = { store, clock: await openStoreClock(store), vault, pricing: toPricing(project) }
    const submitted = await submitWorkflow(workflow, request, ports)
    const shown = toSubmittedJson(submitted)
    if (options.wait !== true) return report(context, options, shown)
    if (options.json !== true && options.quiet !== true) context.stderr.write(`${describe(shown)}\n`)
    return waitForEnd(context, options, { store, run: submitted.run, workflow })
  })
}

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

const describe = ({ run, status, is_new: isNew, again_after: before }: SubmittedRun): string => {
  if (!isNew) return `run ${run} was submitted with this key before: it is ${status}`
  return `run ${run} is queued${before === null ? '' : `, ${describeOrigin({ kind: 'again', of: before })}`}`
}

const hintAtAgain = (context: Context, { status, is_new: isNew }: SubmittedRun): void => {
  if (!isNew && BAD_ENDS.some((end) => end === status))
    writeHint(context, `to run it again under the same key: --again-if ${status}`)
}

const report = (context: Context, options: SubmitArguments, shown: SubmittedRun): number => {
  if (options.json === true) writeJson(context, shown)
  else context.stdout.write(`${shown.run}\n`)
  if (options.json !== true && options.quiet !== true) {
    context.stderr.write(`${describe(shown)}\n`)
    if (shown.status === 'queued' && findServer(context) === undefined) hintAtStart(context, shown.run)
    hintAtAgain(context, shown)
  }
  return EXIT.completed
}
