/** `troupe.config.yaml`. Its values never hold expressions. Each key says what it grants to workflows. */
import { type JsonValue, ownValue } from '../../core/json.ts'
import { parseRate } from '../../core/rate.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { YamlNode } from '../read/yaml-node.ts'
import type { Located } from '../value-node.ts'
import { jsonMap, listOf, mapOf, toMap } from './collection-shape.ts'
import {
  type ConfigFields,
  EACH_ITEM,
  type Grant,
  type Granting,
  granting,
  grantless,
  PATHS_OUTSIDE,
  toGrant,
  within,
} from './grant.ts'
import { type Fields, type RecordOf, record } from './record-shape.ts'
import { retention } from './retention-grammar.ts'
import { flag, integer, name, number, rate, text, VARIABLE_NAME, variableName, word } from './scalar-shape.ts'
import { byForm, mapped, type Shape } from './shape.ts'

/** The value alone: no finding about it comes later, which would need its place. */
const plain = <T>(shape: Shape<Located<T>>): Shape<T> => mapped(shape, ({ value }) => value)
const plainList = <T>(shape: Shape<Located<T>[]>): Shape<T[]> => mapped(shape, (list) => list.map(({ value }) => value))

const paths = plainList(listOf(text()))
const names = plainList(listOf(variableName))
const plainText = plain(text())
const plainNumber = plain(number({ minimum: 0 }))

const FILES_FIELDS = {
  roots: granting(
    { shape: paths, doc: "Folders that file tools may read and write. Default: the workflow's folder." },
    PATHS_OUTSIDE,
  ),
  read: granting({ shape: paths, doc: 'Folders that file tools may read. Default: `roots`.' }, PATHS_OUTSIDE),
  write: granting({ shape: paths, doc: 'Folders that file tools may write. Default: `roots`.' }, PATHS_OUTSIDE),
} as const satisfies ConfigFields

const HOST = 'a host such as intranet.example, or host:port, without wildcards'

const hosts = plainList(
  listOf(text({ expected: HOST, pattern: /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$|^[0-9A-Fa-f:.]+$/ })),
)

const HTTP_FIELDS = {
  allow: granting({ shape: hosts, doc: 'Private addresses and hosts that http tools may reach.' }, EACH_ITEM),
} as const satisfies ConfigFields

const JSON_FIELDS = {
  // A query reaches nothing outside its worker, with `$eval` or without.
  eval: grantless({
    shape: plain(flag),
    doc: 'True: queries may call `$eval`, which runs text as a query.',
    default: 'false',
  }),
} as const satisfies ConfigFields

const SECRET_FILE_FIELDS = {
  file: { shape: plainText, doc: 'The file that holds the value.', required: true },
} as const satisfies Fields

/** The source of a secret's value: the variable of its name, or a file. */
export type SecretSource = { kind: 'env' } | { kind: 'file'; file: string }

const secretSource = byForm('env or { file: path }', {
  scalar: mapped(word('env'), (): SecretSource => ({ kind: 'env' })),
  map: mapped(record('a secret', SECRET_FILE_FIELDS), ({ file }): SecretSource => ({ kind: 'file', file })),
})

const SECRETS: Granting<Map<string, SecretSource>> = {
  list: (secrets, place) =>
    [...secrets].map(([secret, source]) => ({
      path: [secret],
      value: source.kind === 'env' ? toVariable(secret) : `the file ${place.locate(source.file)}`,
    })),
  withhold: () => new Map(),
}

/** Names a variable in the value of a grant. */
export const toVariable = (variable: string): string => `the variable ${variable}`

/** The hint is for a pasted key. */
const keyName = text({
  ...VARIABLE_NAME,
  suggest: () => 'a key itself does not belong in this file: export it, and write the name of the variable',
})

/** The built-in providers, which the compiler does not know by itself. */
export interface ProviderNames {
  /** The values of `kind`. */
  kinds: readonly string[]
  /** Names of providers that answer without a server. */
  offline: readonly string[]
  /** The kinds that take a setting, by its word. A setting that is not named here is for all kinds. */
  settings: Readonly<Record<string, readonly string[]>>
  /** Kinds with models that turn texts into vectors, those that answer without a server included. */
  embedding: readonly string[]
}

/** Names and texts, each granted. */
const namedTexts = mapped(mapOf(text(), text()), (entries) =>
  Object.fromEntries(entries.map(({ key, value }) => [key.value, value.value])),
)

const EACH_NAMED = {
  list: (values: Readonly<Record<string, JsonValue>>): Grant[] =>
    Object.entries(values).map(([one, value]) => ({ path: [one], value: JSON.stringify(value) })),
  withhold: () => undefined,
}

export const createProviderFields = ({ kinds }: ProviderNames) =>
  ({
    kind: grantless({ shape: plain(word(...kinds)), doc: 'What it speaks.', required: true }),
    baseUrl: granting(
      {
        shape: plain(text({ expected: 'a URL with http or https', pattern: /^https?:\/\/\S+$/ })),
        doc: 'Where it is served.',
      },
      WHOLE_TEXT,
    ),
    key: granting(
      { shape: plain(keyName), doc: 'The name of the secret that is its key.' },
      { list: (key) => toGrant(toSecret(key)), withhold: () => undefined },
    ),
    headers: granting(
      { shape: namedTexts, doc: 'Headers of each request. They are no place for secrets.' },
      EACH_NAMED,
    ),
    query: granting(
      { shape: namedTexts, doc: 'Parts of the query of each request, such as `api-version`.' },
      EACH_NAMED,
    ),
    body: granting(
      { shape: jsonMap, doc: 'Fields of the body of each request. They replace those of Troupe.' },
      EACH_NAMED,
    ),
    maxTokensField: grantless({
      shape: plain(word('max_tokens', 'max_completion_tokens')),
      doc: 'The field of the token limit. Default: by vendor and model.',
    }),
    structuredOutput: grantless({
      shape: plain(word('native', 'words')),
      doc: 'How the schema of an answer is asked for. Default: natively, and in words too where the server may ignore it.',
    }),
    concurrency: grantless({
      shape: plain(integer({ minimum: 1 })),
      doc: 'Most calls at once, over all runs of a server, and of all servers of a Postgres database. Default: no limit.',
    }),
    rate: grantless({
      shape: mapped(rate, ({ value }) => parseRate(value)),
      doc: 'How many calls may begin in a time, such as 60/1m, over all runs of a server, and of all servers of a Postgres database. Default: no limit.',
    }),
    streamUsage: grantless({
      shape: plain(flag),
      doc: 'False: a stream is not asked for its usage. Default: by the vendor.',
    }),
  }) as const satisfies ConfigFields

const toSecret = (secret: string): string => `the secret ${secret}`

/** The text itself is granted. */
const WHOLE_TEXT: Granting<string> = { list: toGrant, withhold: () => undefined }

const createProviders = (builtIn: ProviderNames) => {
  /** Reasons why a provider of the project can't have a name. */
  const taken = new Map([
    ['workflow', 'usage of child runs is told by it'],
    ...builtIn.offline.map((one) => [one, 'the built-in models for tests have it'] as const),
  ])
  return mapped(
    mapOf(name, record('a provider', createProviderFields(builtIn)), { expected: 'a map from names to providers' }),
    (entries, _, { reading: { diagnostics } }) =>
      toMap(
        entries.filter(({ key: { value, range }, value: { kind }, node }) => {
          reportForeignSettings(node, { kind, builtIn, diagnostics })
          const reason = taken.get(value)
          if (reason === undefined) return true
          const message = `'${value}' is taken: expected another name for a provider`
          diagnostics.error('reserved_name', range, message, `${reason}; write '${value}_models'`)
          return false
        }),
      ),
  )
}

/** Reports settings that the kind of a provider can't have. */
const reportForeignSettings = (
  node: YamlNode,
  { kind, builtIn, diagnostics }: { kind: string; builtIn: ProviderNames; diagnostics: Diagnostics },
): void => {
  if (node.kind !== 'map') return
  for (const { key } of node.entries) {
    const kinds = ownValue(builtIn.settings, key.value)
    if (kinds === undefined || kinds.includes(kind)) continue
    const message = `'${key.value}' is no setting of the kind '${kind}': expected one of ${kinds.join(', ')}`
    diagnostics.error(
      'unknown_key',
      key.range,
      message,
      `remove ${key.value}, or let the provider speak like one of them`,
    )
  }
}

const PRICE_FIELDS = {
  inputUsd: { key: 'input', shape: plainNumber, doc: 'US dollars for a million tokens of input.', required: true },
  outputUsd: { key: 'output', shape: plainNumber, doc: 'US dollars for a million tokens of output.', required: true },
  cachedUsd: {
    key: 'cached',
    shape: plainNumber,
    doc: 'US dollars for a million tokens of input that the vendor had in its cache. Default: as `input`.',
  },
  cacheWriteUsd: {
    key: 'cache_write',
    shape: plainNumber,
    doc: 'US dollars for a million tokens of input that the vendor put into its cache. Default: as `input`.',
  },
} as const satisfies Fields

const SHELL_FIELDS = {
  allow: granting({ shape: paths, doc: 'Programs that the shell tool may start.' }, EACH_ITEM),
} as const satisfies ConfigFields

const modelName = text({ expected: 'provider/name', pattern: /^[^/\s]+\/\S+$/ })

const DATABASE: Granting<string> = {
  list: (address, place) => toGrant(place.locateDatabaseOutside(address)),
  withhold: () => undefined,
}

const VARIABLES: Granting<string[]> = {
  list: (variables) => variables.map((variable) => ({ path: [variable], value: toVariable(variable) })),
  withhold: () => [],
}

type ProviderFields = ReturnType<typeof createProviderFields>

const grantProviders = (fields: ProviderFields): Granting<Map<string, RecordOf<ProviderFields>>> => {
  const one = within<RecordOf<ProviderFields>>(fields)
  return {
    list: (providers, place) =>
      [...providers].flatMap(([provider, values]) =>
        one.list(values, place).map(({ path, value }) => ({ path: [provider, ...path], value })),
      ),
    withhold: (providers, place) =>
      new Map([...providers].map(([provider, values]) => [provider, one.withhold(values, place) ?? values])),
  }
}

export const createConfigFields = (builtIn: ProviderNames) =>
  ({
    db: granting(
      { shape: plainText, doc: 'The database: a path, or postgres://…', default: '.troupe/troupe.db' },
      DATABASE,
    ),
    durability: grantless({
      shape: plain(word('process', 'power')),
      doc: 'What a finished step survives: a killed process, or a power cut too. Default: power for `serve`, process for `run`.',
    }),
    nats: granting({ shape: plainText, doc: 'The NATS server, such as nats://127.0.0.1:4222.' }, WHOLE_TEXT),
    files: granting({ shape: record('files', FILES_FIELDS), doc: 'What file tools may touch.' }, within(FILES_FIELDS)),
    http: granting({ shape: record('http', HTTP_FIELDS), doc: 'What http tools may reach.' }, within(HTTP_FIELDS)),
    json: grantless({ shape: record('json', JSON_FIELDS), doc: 'What json.query may do.' }),
    env: granting({ shape: names, doc: 'Variables that expressions may read.' }, VARIABLES),
    secrets: granting(
      {
        shape: mapped(
          mapOf(variableName, secretSource, { expected: 'a map from names to env or { file: path }' }),
          toMap,
        ),
        doc: 'Where the values of secrets come from.',
      },
      SECRETS,
    ),
    providers: granting(
      { shape: createProviders(builtIn), doc: 'Providers of models under names of your own.' },
      grantProviders(createProviderFields(builtIn)),
    ),
    embed: grantless({
      shape: modelName,
      doc: 'The model that turns texts into vectors, for memory, which comes in a later release: provider/name.',
    }),
    prices: grantless({
      shape: mapped(
        mapOf(modelName, record('a price', PRICE_FIELDS), { expected: 'a map from models to prices' }),
        toMap,
      ),
      doc: 'Prices of models, in US dollars for a million tokens.',
    }),
    shell: granting(
      { shape: record('shell', SHELL_FIELDS), doc: 'What the shell tool may start.' },
      within(SHELL_FIELDS),
    ),
    retention: grantless({
      shape: mapped(retention, ({ completedMs, failedMs, keep }) => ({
        ...(completedMs && { completedMs: completedMs.value }),
        ...(failedMs && { failedMs: failedMs.value }),
        ...(keep && { keep: keep.value }),
      })),
      doc: 'How long ended runs are kept.',
    }),
  }) as const satisfies ConfigFields
