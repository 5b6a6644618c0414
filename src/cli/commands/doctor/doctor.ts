/** `troupe doctor`: what this machine and this project have, what is missing, and how to get it. */
import type { Project } from '../../../app/project/project.ts'
import { InvalidFile } from '../../cli-error.ts'
import { folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { openProject } from '../../open-project.ts'
import { shownDatabase } from '../../open-runs.ts'
import { padEnd, toPrintable } from '../../printable.ts'
import { explainError } from '../../report-error.ts'
import { shownPath } from '../../workflow-file.ts'
import { type Check, miss, pass } from './check.ts'
import { checkDatabase } from './check-database.ts'
import { checkModels } from './check-models.ts'
import { checkProject } from './check-project.ts'

const NEEDED_NODE = 24

export interface DoctorArguments {
  /** A workflow; without one all of the project are looked at. */
  file?: string | undefined
  json?: boolean
}

/** The exit code. @throws CliError when there is no such file */
export const examine = async (context: Context, { file, json = false }: DoctorArguments): Promise<number> => {
  const checks = [checkNode(), ...(await checkRest(context, file))]
  const ok = checks.every((check) => check.ok)
  if (json) context.stdout.write(`${JSON.stringify({ ok, checks }, null, 2)}\n`)
  else report(checks, context)
  return ok ? EXIT.completed : EXIT.environment
}

const checkNode = (): Check => {
  const { node } = process.versions
  return Number(node.split('.')[0]) >= NEEDED_NODE
    ? pass('node', node)
    : miss(
        'node',
        `${node}: expected ${NEEDED_NODE} or newer`,
        `npm install node@${NEEDED_NODE}, or https://nodejs.org`,
      )
}

const checkRest = async (context: Context, file: string | undefined): Promise<Check[]> => {
  const read = await readConfig(context, file)
  if ('ok' in read) return [read]
  return [
    describeConfig(read, context),
    ...(await checkDatabase(read, shownDatabase(read, context))),
    ...checkProject(read, context.environment),
    ...(await checkModels(read, { context, file })),
  ]
}

const readConfig = async (context: Context, file: string | undefined): Promise<Project | Check> => {
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

const describeConfig = ({ configFile }: Project, { workingFolder }: Context): Check =>
  configFile === undefined
    ? pass('config', 'none here or above: defaults are used')
    : pass('config', `${shownPath(configFile, workingFolder)} is valid`)

const report = (checks: readonly Check[], { stdout }: Context): void => {
  const { green, red, cyan, bold } = stdout.paint
  const width = Math.max(...checks.map(({ name }) => name.length))
  for (const { name, ok, detail, fix } of checks) {
    stdout.write(`${ok ? green('✓') : red('✗')} ${bold(padEnd(name, width))}  ${toPrintable(detail)}\n`)
    if (fix !== null) stdout.write(`  ${' '.repeat(width)}  ${cyan('→')} ${toPrintable(fix)}\n`)
  }
}
