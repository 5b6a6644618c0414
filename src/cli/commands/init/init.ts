/** `troupe init`: creates a project that runs at once. It writes new files only and changes no existing one. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createStarterFiles, STARTER_WORKFLOW } from '../../../app/project/starter-project.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { viewProject } from '../../open-runs.ts'
import { writeJson, writeLines } from '../../output.ts'
import { quoteWord } from '../../shell-text.ts'
import { shownPath } from '../../workflow-file.ts'

/** Repositories often have this file already: it stays as it is, and the lines to add are printed. */
const KEPT = '.gitignore'

/** @throws CliError if a file exists already or can't be written */
export const init = async (
  context: Context,
  { folder = '.', json = false }: { folder?: string; json?: boolean },
): Promise<void> => {
  const target = resolve(context.workingFolder, folder)
  const files = createStarterFiles()
  const keeps = existsSync(join(target, KEPT))
  const names = Object.keys(files).filter((name) => !(keeps && name === KEPT))
  expectFree(target, names, folder)
  for (const name of names) write(join(target, name), files[name] ?? '')
  await trustOwn(context, target)
  if (json) writeJson(context, { folder: target, files: names })
  else report(context, { target, names, ignore: keeps ? files[KEPT] : undefined })
}

/** The user has just made the config with this command: it asks for no trust later. */
const trustOwn = async ({ options, ...context }: Context, target: string): Promise<void> => {
  const { trust } = await viewProject({ ...context, options: { color: options.color } }, target)
  if (!trust.isTrusted) trust.accept()
}

const expectFree = (target: string, names: readonly string[], folder: string): void => {
  if (existsSync(target) && !statSync(target).isDirectory())
    throw new CliError(`'${folder}' is a file: expected a folder, or a name for a new one`)
  const taken = names.filter((name) => existsSync(join(target, name)))
  if (taken.length === 0) return
  throw new CliError(`nothing was written: in '${folder}' there is already ${taken.join(', ')}`, {
    hint: 'name a new folder: troupe init DIR',
  })
}

/** The flag `wx` also protects a file that was created in the meantime. */
const write = (file: string, text: string): void => {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text, { flag: 'wx' })
  } catch (cause) {
    const { message } = cause as Error
    throw new CliError(`'${file}' can't be written: ${message}`, { exitCode: EXIT.environment, cause })
  }
}

const report = (
  { stdout, workingFolder, environment }: Context,
  { target, names, ignore }: { target: string; names: readonly string[]; ignore: string | undefined },
): void => {
  const { paint } = stdout
  const shown = shownPath(target, workingFolder)
  // npx sets this variable; its users have no troupe in their PATH.
  const troupe = environment.npm_command === 'exec' ? 'npx troupe' : 'troupe'
  const next = [
    ...(shown === '.' ? [] : [`cd ${quoteWord(shown)}`]),
    `${troupe} run ${STARTER_WORKFLOW}`,
    `${troupe} trace last`,
    `${troupe} validate ${STARTER_WORKFLOW}`,
  ]
  writeLines(stdout, [
    `${paint.green('✓')} a new project in ${shown}`,
    ...names.map((name) => `  ${paint.dim(name)}`),
    ...(ignore === undefined
      ? []
      : [`  .gitignore is there already; add to it: ${ignore.trim().replaceAll('\n', ' ')}`]),
    '',
    'Next:',
    ...next.map((command) => `  ${paint.bold(command)}`),
  ])
}
