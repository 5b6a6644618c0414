/** The project config, `troupe.config.yaml`: read by the same machinery as a workflow, and with the same findings. */
import type { Diagnostics } from './diagnostic.ts'
import type { MapEntry } from './grammar/collection-shape.ts'
import { CONFIG_FIELDS, type SecretSource } from './grammar/config-grammar.ts'
import { type PartialOf, readFields } from './grammar/record-shape.ts'
import { createRootPlace, reportMismatch } from './grammar/shape.ts'
import { parseYaml } from './read/parse-yaml.ts'
import type { Source } from './source.ts'

export type { SecretSource }

/** As the file says it: paths are not resolved yet, and what is absent has its default elsewhere. */
export interface ProjectConfig {
  /** A path, relative to the config file, or a URL. */
  db?: string
  durability?: 'process' | 'power'
  nats?: string
  /** `read` and `write` take the place of `roots`; relative to the config file. */
  files: { roots?: string[]; read?: string[]; write?: string[] }
  http: { allow: string[] }
  env: string[]
  secrets: Map<string, SecretSource>
  providers: Map<string, ProviderConfig>
  prices: Map<string, PriceConfig>
  shell: { allow: string[] }
  retention: { completedMs?: number; failedMs?: number; keep?: number }
}

export interface ProviderConfig {
  /** The protocol it speaks. */
  kind: string
  baseUrl?: string
  /** The name of the secret that is its key. */
  key?: string
}

/** US dollars for a million tokens. */
export interface PriceConfig {
  inputUsd: number
  outputUsd: number
  /** Of input that the vendor had in its cache; default: as all input. */
  cachedUsd?: number
  /** Of input that the vendor put into its cache; default: as all input. */
  cacheWriteUsd?: number
}

/** Reads a config; a file without content is the default config. Undefined when there is no map to read; all findings are collected. */
export const readConfig = (source: Source, diagnostics: Diagnostics): ProjectConfig | undefined => {
  const node = parseYaml(source, diagnostics)
  if (node === undefined) return undefined
  if (node === 'empty') return toConfig({})
  const place = createRootPlace('the config', node, diagnostics)
  if (node.kind !== 'map') return reportMismatch(node, place, { expected: 'a map with keys such as db and files' })
  return toConfig(readFields(node, CONFIG_FIELDS, place, { owner: 'a project config' }).values)
}

const toConfig = (values: PartialOf<typeof CONFIG_FIELDS>): ProjectConfig => {
  const { db, durability, nats } = values
  return {
    ...(db === undefined ? {} : { db }),
    ...(durability === undefined ? {} : { durability }),
    ...(nats === undefined ? {} : { nats }),
    files: values.files ?? {},
    http: { allow: values.http?.allow ?? [] },
    env: values.env ?? [],
    secrets: toMap(values.secrets),
    providers: toMap(values.providers),
    prices: toMap(values.prices),
    shell: { allow: values.shell?.allow ?? [] },
    retention: values.retention ?? {},
  }
}

const toMap = <T>(entries: MapEntry<T>[] = []): Map<string, T> =>
  new Map(entries.map(({ key, value }) => [key.value, value]))
