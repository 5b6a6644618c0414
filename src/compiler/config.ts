/** The project config, `troupe.config.yaml`: read by the same code as a workflow, with the same kind of findings. */
import { findNearest } from '../core/nearest.ts'
import { meant } from './correction.ts'
import type { Diagnostics } from './diagnostic.ts'
import {
  createConfigFields,
  type createProviderFields,
  type ProviderNames,
  type SecretSource,
} from './grammar/config-grammar.ts'
import { type Grant, type GrantPlace, listGrants, withholdGrants } from './grammar/grant.ts'
import { type PartialOf, type RecordOf, readFields } from './grammar/record-shape.ts'
import { createRootPlace, reportMismatch } from './grammar/shape.ts'
import { parseYaml } from './read/parse-yaml.ts'
import type { Source } from './source.ts'

export type { Grant, GrantPlace, SecretSource }

type ReadValues = PartialOf<ReturnType<typeof createConfigFields>>

/** Values of the file: paths are not resolved yet, and other modules apply the defaults of absent values. */
export interface ProjectConfig
  extends Pick<ReadValues, 'db' | 'durability' | 'nats'>,
    Required<Pick<ReadValues, 'files' | 'env' | 'secrets' | 'providers' | 'prices' | 'retention'>> {
  http: { allow: string[] }
  json: { eval: boolean }
  /** `provider/name`. */
  embed?: string
  shell: { allow: string[] }
}

export type ProviderConfig = RecordOf<ReturnType<typeof createProviderFields>>

/** Reads a config; a file without content is the default config. Undefined when there is no map to read; all findings are collected. */
export const readConfig = (
  source: Source,
  diagnostics: Diagnostics,
  builtIn: ProviderNames,
): ProjectConfig | undefined => {
  const node = parseYaml(source, diagnostics)
  if (node === undefined) return undefined
  if (node === 'empty') return toConfig({})
  const place = createRootPlace('the config', node, diagnostics)
  if (node.kind !== 'map') return reportMismatch(node, place, { expected: 'a map with keys such as db and files' })
  const { values } = readFields(node, createConfigFields(builtIn), place, { owner: 'a project config' })
  checkEmbed(values, { builtIn, diagnostics })
  return toConfig(values)
}

/** Lists what the config gives to workflows beyond the project's folder. */
export const listConfigGrants = (config: ProjectConfig, builtIn: ProviderNames, place: GrantPlace): Grant[] =>
  listGrants(createConfigFields(builtIn), config, place)

/** The config without what it grants. */
export const withholdConfigGrants = (config: ProjectConfig, builtIn: ProviderNames, place: GrantPlace): ProjectConfig =>
  withholdGrants(createConfigFields(builtIn), config, place)

/** Reports a provider that turns no texts into vectors. */
const checkEmbed = (
  { embed, providers = new Map() }: ReadValues,
  { builtIn, diagnostics }: { builtIn: ProviderNames; diagnostics: Diagnostics },
): void => {
  if (embed === undefined) return
  const { value, range } = embed
  const [name = '', ...model] = value.split('/')
  const canEmbed = (kind: string): boolean => builtIn.embedding.includes(kind)
  const kind = providers.get(name)?.kind ?? name
  if (canEmbed(kind)) return
  const own = [...providers].filter(([, one]) => canEmbed(one.kind)).map(([one]) => one)
  const known = [...new Set([...builtIn.embedding, ...own])]
  const isKind = [...builtIn.kinds, ...builtIn.offline].includes(kind)
  const nearest = isKind ? undefined : findNearest(name, known)
  const what = isKind ? 'has no models that turn texts into vectors' : 'is no provider that is known here'
  const hint =
    nearest === undefined ? 'write embed: ollama/nomic-embed-text' : meant(range, [nearest, ...model].join('/'))
  diagnostics.error('unknown_model', range, `'${name}' ${what}: expected one of ${known.join(', ')}`, hint)
}

const toConfig = ({ http, json, shell, embed, ...values }: ReadValues): ProjectConfig => ({
  files: {},
  env: [],
  secrets: new Map(),
  providers: new Map(),
  prices: new Map(),
  retention: {},
  ...values,
  http: { allow: http?.allow ?? [] },
  json: { eval: json?.eval ?? false },
  shell: { allow: shell?.allow ?? [] },
  ...(embed !== undefined && { embed: embed.value }),
})
