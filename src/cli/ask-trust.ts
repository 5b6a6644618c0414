/** Asks a user to trust what the config of a project grants, at the moment when a command first needs it. */
import type { Project } from '../app/project/project.ts'
import { type Deed, findUntrusted } from '../app/project/used-grants.ts'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { Grant } from '../compiler/config.ts'
import { CliError } from './cli-error.ts'
import type { Channel, Context } from './context.ts'
import { EXIT } from './exit-code.ts'
import { writeLines } from './output.ts'
import { padEnd, toOneLine } from './printable.ts'
import { quoteWord } from './shell-text.ts'
import { STDIN, shownName } from './workflow-file.ts'

export type Asking = Pick<Context, 'stderr' | 'readKey'>

/**
 * Resolves if the workflow uses nothing that is not trusted, or a user trusts it now.
 * @throws CliError with exit code 3 otherwise
 */
export const expectTrust = async (
  asking: Asking,
  { project, workflow, deed = 'perform' }: { project: Project; workflow: CompiledWorkflow; deed?: Deed },
): Promise<void> => {
  const used = findUntrusted(workflow, { project, deed })
  if (used.length === 0) return
  const file = toOneLine(workflow.source.file)
  await ask(asking, { project, used, user: `'${file}'`, ...(file !== shownName(STDIN) && { file }) })
}

/** The same for all that the config grants: a server performs any workflow. @throws CliError with exit code 3 */
export const expectTrustInAll = async (asking: Asking, project: Project): Promise<void> => {
  const { trust } = project
  if (!trust.isTrusted) await ask(asking, { project, used: trust.grants, user: 'a server' })
}

/** The same for one key of the config. @throws CliError with exit code 3 */
export const expectTrustInKey = async (asking: Asking, project: Project, key: 'db' | 'env'): Promise<void> => {
  const used = project.trust.isTrusted ? [] : project.trust.grants.filter(({ path }) => path[0] === key)
  if (used.length > 0) await ask(asking, { project, used, user: 'this command' })
}

interface Question {
  project: Project
  /** Grants that are needed and not trusted. */
  used: readonly Grant[]
  /** The one that needs them, in messages. */
  user: string
  /** The file of the workflow, as `troupe trust` takes it. */
  file?: string
}

/** One question at a time, and none that was answered in the meantime: commands ask for many runs at once. */
const open = new WeakMap<Project, Promise<void>>()

const ask = async (asking: Asking, question: Question): Promise<void> => {
  const { project, used } = question
  await open.get(project)?.catch(() => {})
  if (used.every((grant) => isTrusted(grant, project))) return
  const answer = askOnce(asking, question)
  open.set(project, answer)
  await answer
}

const isTrusted = ({ path: [key, name = ''] }: Grant, { trust }: Project): boolean =>
  key === 'secrets' ? trust.mayRead(name) : trust.isTrusted

const askOnce = async (asking: Asking, question: Question): Promise<void> => {
  const { stderr, readKey } = asking
  const { project, used } = question
  if (readKey === undefined) throw toRefusal(question)
  writeLines(stderr, describeQuestion(question, asking))
  stderr.write(`Trust ${toOneLine(project.trust.place)} with all of this? ${stderr.paint.bold('y/N')} `)
  const key = await readKey()
  const isYes = /^y$/i.test(key)
  stderr.write(`${isYes ? 'yes' : 'no'}\n`)
  if (key === '\x03') throw new CliError('nothing was trusted', { exitCode: EXIT.interrupted })
  if (!isYes) throw toRefusal(question)
  project.trust.accept(secretsOf(used))
}

const secretsOf = (grants: readonly Grant[]): string[] =>
  grants.flatMap(({ path: [key, name] }) => (key === 'secrets' && name !== undefined ? [name] : []))

const describeQuestion = ({ project, used, user }: Question, { stderr }: Asking): string[] => {
  const { trust } = project
  const own = used.filter((grant) => !trust.grants.includes(grant))
  const isChanged = trust.former !== undefined
  const head = isChanged ? `${user} uses grants of a config that has changed since it was trusted:` : `${user} uses:`
  return [
    head,
    ...describeGrants([...(trust.isTrusted ? [] : trust.grants), ...own], {
      former: trust.former,
      used: new Set(used),
      channel: stderr,
    }),
  ]
}

interface GrantsDescription {
  /** Grants that were trusted before; undefined: there was no trust. */
  former?: readonly Grant[] | undefined
  /** Grants to mark. Default: none. */
  used?: ReadonlySet<Grant>
  channel: Pick<Channel, 'paint'>
}

/** Lists grants, one a line; with the difference to those that were trusted before. */
export const describeGrants = (
  grants: readonly Grant[],
  { former, used = new Set(), channel: { paint } }: GrantsDescription,
): string[] => {
  const known = new Set(former?.map(nameGrant))
  const now = new Set(grants.map(nameGrant))
  const gone = (former ?? []).filter((grant) => !now.has(nameGrant(grant)))
  const width = Math.max(0, ...[...grants, ...gone].map(({ path }) => path.join('.').length))
  const line = ({ path, value }: Grant): string => `${padEnd(toOneLine(path.join('.')), width)}  ${toOneLine(value)}`
  return [
    ...grants.map((grant) => {
      const isNew = former !== undefined && !known.has(nameGrant(grant))
      const mark = used.has(grant) ? paint.dim('  ← used') : ''
      return `  ${isNew ? paint.green(`+ ${line(grant)}`) : `  ${line(grant)}`}${mark}`
    }),
    ...gone.map((grant) => `  ${paint.red(`- ${line(grant)}`)}`),
  ]
}

/** The difference in one line: `+ http.allow 10.0.0.1, - files.read /etc`. */
const describeChange = ({ grants, former = [] }: Project['trust']): string => {
  const [before, now] = [former, grants].map((list) => new Map(list.map((grant) => [nameGrant(grant), grant])))
  const listOf = (sign: string, list: typeof now, without: typeof now): string[] =>
    [...(list ?? [])].flatMap(([name, { path, value }]) =>
      without?.has(name) === true ? [] : [`${sign} ${path.join('.')} ${value}`],
    )
  return [...listOf('+', now, before), ...listOf('-', before, now)].join(', ')
}

const nameGrant = ({ path, value }: Grant): string => JSON.stringify([path, value])

const toRefusal = ({ project, used, user, file }: Question): CliError => {
  const { trust } = project
  const grants = used.map(({ path, value }) => `${path.join('.')} (${value})`).join(', ')
  const changed = trust.former === undefined ? '' : `, changed since it was trusted (${describeChange(trust)})`
  const words = ['troupe trust', ...(file === undefined ? [] : [quoteWord(file)])].join(' ')
  return new CliError(`${user} uses what ${trust.place} grants${changed}, and that is not trusted: ${grants}`, {
    hint: `to see and trust it: ${words}; for this command alone: --trust, or TROUPE_TRUST=1`,
    exitCode: EXIT.environment,
  })
}
