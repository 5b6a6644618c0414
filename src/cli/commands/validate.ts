/** `troupe validate`: checks workflows without running them. */
import { type Diagnostic, formatDiagnostic } from '../../compiler/diagnostic.ts'
import type { Source } from '../../compiler/source.ts'
import { CliError } from '../cli-error.ts'
import { compileFile, folderOf } from '../compile-file.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-code.ts'
import { openProject } from '../open-project.ts'
import { paintDiagnostic } from '../paint-diagnostic.ts'
import { toPrintable } from '../printable.ts'
import { reportError } from '../report-error.ts'

export interface ValidateArguments {
  files: string[]
  json?: boolean
}

type Checked =
  | { file: string; diagnostics: readonly Diagnostic[]; source: Source }
  /** It could not be read at all. */
  | { file: string; problem: CliError }

/** The exit code. */
export const validate = async (context: Context, { files, json = false }: ValidateArguments): Promise<number> => {
  const checked: Checked[] = []
  for (const file of files) checked.push(await check(file, context))
  if (json) context.stdout.write(`${JSON.stringify(toJson(checked), null, 2)}\n`)
  else report(checked, context)
  return isOk(checked) ? EXIT.completed : EXIT.invalid
}

const check = async (file: string, context: Context): Promise<Checked> => {
  try {
    const project = await openProject(context, folderOf(file, context.workingFolder))
    const { diagnostics, source } = await compileFile(file, { context, project })
    return { file, diagnostics, source }
  } catch (thrown) {
    if (thrown instanceof CliError) return { file, problem: thrown }
    throw thrown
  }
}

const findingsOf = (checked: Checked): readonly Diagnostic[] => ('diagnostics' in checked ? checked.diagnostics : [])

const isOk = (checked: readonly Checked[]): boolean =>
  checked.every((one) => !('problem' in one) && findingsOf(one).every(({ severity }) => severity !== 'error'))

/** `unreadable` is there only when a file could not be read. */
const toJson = (checked: readonly Checked[]): Record<string, unknown> => {
  const unreadable = checked.flatMap((one) =>
    'problem' in one ? [{ file: one.file, message: one.problem.message, hint: one.problem.hint ?? null }] : [],
  )
  return {
    ok: isOk(checked),
    diagnostics: checked.flatMap(findingsOf),
    ...(unreadable.length === 0 ? {} : { unreadable }),
  }
}

const report = (checked: readonly Checked[], { stdout }: Context): void => {
  for (const one of checked) {
    if ('problem' in one) reportError(one.problem)
    else
      for (const finding of one.diagnostics)
        stdout.write(
          `${paintDiagnostic(toPrintable(formatDiagnostic(finding, finding.file === one.source.file ? one.source : undefined)), stdout.paint)}\n\n`,
        )
  }
  stdout.write(`${summarize(checked, stdout.paint)}\n`)
}

const summarize = (checked: readonly Checked[], { green, red, yellow }: Context['stdout']['paint']): string => {
  const findings = checked.flatMap(findingsOf)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.length - errors
  const unreadable = checked.filter((one) => 'problem' in one).length
  const of = checked.length === 1 ? '' : ` in ${checked.length} files`
  if (isOk(checked))
    return `${green('✓')} no errors${warnings === 0 ? '' : `, ${yellow(count(warnings, 'warning'))}`}${of}`
  const parts = [
    ...(errors === 0 ? [] : [count(errors, 'error')]),
    ...(warnings === 0 ? [] : [count(warnings, 'warning')]),
  ]
  const missed = unreadable === 0 ? [] : [`${count(unreadable, 'file')} could not be read`]
  return `${red('✗')} ${[...(parts.length === 0 ? [] : [`${parts.join(', ')}${of}`]), ...missed].join('; ')}`
}

const count = (amount: number, noun: string): string => `${amount} ${noun}${amount === 1 ? '' : 's'}`
