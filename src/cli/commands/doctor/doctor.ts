/** `troupe doctor`: checks this machine and this project for missing parts, and tells how to add them. */

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { EnvironmentVariables, Project } from '../../../app/project/project.ts'
import { findMissingSecret } from '../../../app/project/project-access.ts'
import { countOf } from '../../../core/count.ts'
import { ownValue } from '../../../core/json.ts'
import { InvalidFile } from '../../cli-error.ts'
import { folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { shownDatabase, viewProject } from '../../open-runs.ts'
import { writeJson } from '../../output.ts'
import { padEnd, toPrintable } from '../../printable.ts'
import { findServer } from '../../remote/server-client.ts'
import { explainError } from '../../report-error.ts'
import { shownPath } from '../../workflow-file.ts'
import { type DoctorCheck, miss, pass } from './check.ts'
import { checkDatabase } from './check-database.ts'
import { checkModels } from './check-models.ts'

const NEEDED_NODE = 24

/** @throws CliError if the file does not exist */
export const examine = async (
  context: Context,
  { file, json = false, online = false }: { file?: string | undefined; json?: boolean; online?: boolean },
): Promise<number> => {
  const checks = [checkNode(), ...(await checkRest(context, { file, online }))]
  const ok = checks.every((check) => check.ok)
  if (json) writeJson(context, { ok, checks })
  else report(checks, context)
  return ok ? EXIT.completed : EXIT.environment
}

const checkNode = (): DoctorCheck => {
  const { node } = process.versions
  return Number(node.split('.')[0]) >= NEEDED_NODE
    ? pass('node', node)
    : miss(
        'node',
        `${node}: expected ${NEEDED_NODE} or newer`,
        `npm install node@${NEEDED_NODE}, or https://nodejs.org`,
      )
}

const checkRest = async (
  context: Context,
  { file, online }: { file: string | undefined; online: boolean },
): Promise<DoctorCheck[]> => {
  const read = await readConfig(context, file)
  if ('ok' in read) return [read]
  return [
    describeConfig(read, context),
    ...describeTrust(read),
    ...(await checkStore(read, context)),
    ...checkProject(read, context.environment),
    ...(await checkModels(read, { context, file, online })),
  ]
}

/** The server that is named, or the database here. */
const checkStore = async (project: Project, context: Context): Promise<DoctorCheck[]> => {
  const client = findServer(context)
  if (client === undefined) return checkDatabase(project, shownDatabase(project, context))
  return (await import('./check-server.ts')).checkServer(client)
}

const readConfig = async (context: Context, file: string | undefined): Promise<Project | DoctorCheck> => {
  try {
    return await viewProject(context, file === undefined ? undefined : folderOf(file, context.workingFolder))
  } catch (thrown) {
    const { message, hint } = explainError(thrown)
    if (!(thrown instanceof InvalidFile)) return miss('config', message, hint ?? 'check the flags and TROUPE_DB')
    const [first] = thrown.diagnostics
    const place = first === undefined ? '' : `${first.file}:${first.line}:${first.column}: `
    return miss('config', `${place}${message}`, first?.hint ?? 'correct it')
  }
}

const describeConfig = ({ configFile }: Project, { workingFolder }: Context): DoctorCheck =>
  configFile === undefined
    ? pass('config', 'none here or above: defaults are used')
    : pass('config', `${shownPath(configFile, workingFolder)} is valid`)

/** Missing trust is no fault of the machine: a command that needs it asks. */
const describeTrust = ({ trust }: Project): DoctorCheck[] => {
  if (trust.grants.length === 0) return []
  const count = countOf(trust.grants.length, 'grant')
  return [
    pass(
      'trust',
      trust.isTrusted
        ? `${count} of the config`
        : `${count} of the config not trusted yet; troupe trust --show lists them`,
    ),
  ]
}

const report = (checks: readonly DoctorCheck[], { stdout }: Context): void => {
  const { green, red, yellow, cyan, bold } = stdout.paint
  const width = Math.max(...checks.map(({ name }) => name.length))
  for (const { name, ok, detail, fix } of checks) {
    stdout.write(
      `${ok ? (fix === null ? green('✓') : yellow('!')) : red('✗')} ${bold(padEnd(name, width))}  ${toPrintable(detail)}\n`,
    )
    if (fix !== null) stdout.write(`  ${' '.repeat(width)}  ${cyan('→')} ${toPrintable(fix)}\n`)
  }
}

/** Checks the secrets, variables and folders that the config names. */
const checkProject = (project: Project, environment: EnvironmentVariables): DoctorCheck[] => [
  ...checkSecrets(project, environment),
  ...project.config.env.map((name) =>
    ownValue(environment, name) === undefined
      ? miss('variable', `${name} is not set, and expressions may read it`, `set it: export ${name}=…`)
      : pass('variable', `${name} is set`),
  ),
  ...listFolders(project).map((folder) =>
    existsSync(folder)
      ? pass('folder', folder)
      : miss('folder', `${folder} does not exist`, `create it: mkdir -p ${folder}`),
  ),
]

const checkSecrets = (project: Project, environment: EnvironmentVariables): DoctorCheck[] => {
  const names = [...project.config.secrets.keys()]
  return names.map((name) => {
    const problem = findMissingSecret(name, { project, environment })
    return problem === undefined ? pass('secret', `${name} is set`) : miss('secret', problem.message, problem.hint)
  })
}

const listFolders = ({ config: { files }, folder }: Project): string[] => [
  ...new Set(
    [...(files.roots ?? []), ...(files.read ?? []), ...(files.write ?? [])].map((path) => resolve(folder, path)),
  ),
]
