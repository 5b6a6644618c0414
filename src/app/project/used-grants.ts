/** Finds the grants of a project that a workflow uses and that are not trusted yet. */
import { findServer } from '../../actors/llm/providers.ts'
import { FILES_DESCRIPTIONS } from '../../actors/tools/files/files-description.ts'
import { HTTP_DESCRIPTIONS } from '../../actors/tools/http/http-description.ts'
import type { CompiledWorkflow } from '../../compiler/compile.ts'
import type { Grant } from '../../compiler/config.ts'
import { toVariable } from '../../compiler/grammar/config-grammar.ts'
import { READ_ITEMS, WRITE_RESULTS } from '../../core/item-file.ts'
import type { Project } from './project.ts'

/** `start`: the workflow is only started; a server performs its steps. */
export type Deed = 'start' | 'perform'

/** The grants that are needed, those of the config first. Empty: the workflow uses nothing that is not trusted. */
export const findUntrusted = (
  workflow: CompiledWorkflow,
  { project, deed }: { project: Project; deed: Deed },
): Grant[] => {
  const { trust } = project
  const uses = toUses(workflow, project)
  const ofConfig = trust.isTrusted ? [] : trust.grants.filter((grant) => isUsed(grant, { uses, deed }))
  const ofWorkflow = listOwnSecrets(workflow, project).filter(({ path: [, name = ''] }) => !trust.mayRead(name))
  return deed === 'start' ? ofConfig : [...ofConfig, ...ofWorkflow]
}

/** Secrets that the workflow reads from the environment, and that the config does not list. */
export const listOwnSecrets = ({ secrets }: CompiledWorkflow, { trust }: Project): Grant[] =>
  secrets
    .filter((secret) => !trust.names(secret))
    .map((secret) => ({ path: ['secrets', secret], value: toVariable(secret) }))

interface Uses {
  tools: ReadonlySet<string>
  providers: ReadonlySet<string>
  /** Secrets, keys of providers included. */
  secrets: ReadonlySet<string>
  readsVariables: boolean
}

interface Using {
  uses: Uses
  deed: Deed
}

type Test = (uses: Uses, name: string) => boolean

/** A key that has no line here counts as used. */
const isUsed = ({ path: [key = '', name = ''] }: Grant, { uses, deed }: Using): boolean => {
  if (key === 'env') return uses.readsVariables
  if (deed === 'start') return false
  const test = USED.get(key)
  return test === undefined || test(uses, name)
}

/** The tools, and those by which a foreach reads items and writes results. */
const FILE_ACTORS = [...FILES_DESCRIPTIONS.map(({ name }) => name), READ_ITEMS, WRITE_RESULTS]

const USED: ReadonlyMap<string, Test> = new Map<string, Test>([
  // Opening the database needs its own trust; no workflow names it, nor a NATS server.
  ['db', () => false],
  ['nats', () => false],
  ['files', ({ tools }) => FILE_ACTORS.some((name) => tools.has(name))],
  ['http', ({ tools }) => HTTP_DESCRIPTIONS.some(({ name }) => tools.has(name))],
  ['secrets', ({ secrets }, name) => secrets.has(name)],
  ['providers', ({ providers }, name) => providers.has(name)],
  ['shell', ({ tools }) => [...tools].some((tool) => tool.startsWith('shell.'))],
])

const toUses = (workflow: CompiledWorkflow, { config }: Project): Uses => {
  const family = listFamily(workflow)
  const providers = new Set(workflow.models.map((model) => model.split('/')[0] ?? ''))
  const keys = [...providers].flatMap((provider) => {
    const { kind = provider, key } = config.providers.get(provider) ?? {}
    return [...(key === undefined ? [] : [key]), ...(findServer(kind)?.variables.keys ?? [])]
  })
  return {
    tools: new Set(family.flatMap(({ plans }) => [...plans.values()].map(({ actor }) => actor))),
    providers,
    secrets: new Set([...workflow.secrets, ...keys]),
    // The text is enough: without the word no expression reads a variable.
    readsVariables: family.some(({ source }) => /\benv\b/.test(source.text)),
  }
}

/** The workflow and all that it calls. */
const listFamily = (workflow: CompiledWorkflow): CompiledWorkflow[] => [
  workflow,
  ...[...workflow.children.values()].flatMap(listFamily),
]
