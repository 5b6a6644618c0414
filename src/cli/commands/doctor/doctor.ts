/** `troupe doctor`: checks this machine and this project for missing parts, and tells how to add them. */
import type { Project } from '../../../app/project/project.ts'
import { InvalidFile } from '../../cli-error.ts'
import { folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openProject, shownDatabase } from '../../open-runs.ts'
import { writeJson } from '../../output.ts'
import { padEnd, toPrintable } from '../../printable.ts'
import { explainError } from '../../report-error.ts'
import { shownPath } from '../../workflow-file.ts'
import { type DoctorCheck, miss, pass } from './check.ts'
import { checkDatabase } from './check-database.ts'
import { checkModels } from './check-models.ts'
import { checkProject } from './check-project.ts'

const NEEDED_NODE = 24

export interface DoctorArguments {
  /** A workflow. Default: all workflows of the project. */
  file?: string | undefined
  json?: boolean
}

/** Resolves to the exit code. @throws CliError if the file does not exist */
export const examine = async (context: Context, { file, json = false }: DoctorArguments): Promise<number> => {
  const checks = [checkNode(), ...(await checkRest(context, file))]
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

const checkRest = async (context: Context, file: string | undefined): Promise<DoctorCheck[]> => {
  const read = await readConfig(context, file)
  if ('ok' in read) return [read]
  return [
    describeConfig(read, context),
    ...(await checkDatabase(read, shownDatabase(read, context))),
    ...checkProject(read, context.environment),
    ...(await checkModels(read, { context, file })),
  ]
}

const readConfig = async (context: Context, file: string | undefined): Promise<Project | DoctorCheck> => {
  try {
    return await openProject(context, file === undefined ? undefined : folderOf(file, context.workingFolder))
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

const report = (checks: readonly DoctorCheck[], { stdout }: Context): void => {
  const { green, red, cyan, bold } = stdout.paint
  const width = Math.max(...checks.map(({ name }) => name.length))
  for (const { name, ok, detail, fix } of checks) {
    stdout.write(`${ok ? green('✓') : red('✗')} ${bold(padEnd(name, width))}  ${toPrintable(detail)}\n`)
    if (fix !== null) stdout.write(`  ${' '.repeat(width)}  ${cyan('→')} ${toPrintable(fix)}\n`)
  }
}
