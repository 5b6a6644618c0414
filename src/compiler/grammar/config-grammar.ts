/** `troupe.config.yaml`. Its values never hold expressions. */
import { listOf, mapOf, toMap } from './collection-shape.ts'
import { type Fields, record } from './record-shape.ts'
import { retention } from './retention-grammar.ts'
import { flag, name, number, text, VARIABLE_NAME, variableName, word } from './scalar-shape.ts'
import { byForm, mapped } from './shape.ts'

const paths = mapped(listOf(text()), (list) => list.map(({ value }) => value))
const names = mapped(listOf(variableName), (list) => list.map(({ value }) => value))
const plainText = mapped(text(), ({ value }) => value)
const plainNumber = mapped(number({ minimum: 0 }), ({ value }) => value)

const FILES_FIELDS = {
  roots: { shape: paths, doc: "Folders that file tools may read and write. Default: the workflow's folder." },
  read: { shape: paths, doc: 'Folders that file tools may read. Default: `roots`.' },
  write: { shape: paths, doc: 'Folders that file tools may write. Default: `roots`.' },
} as const satisfies Fields

const HOST = 'a host such as intranet.example, or host:port, without wildcards'

const hosts = mapped(
  listOf(text({ expected: HOST, pattern: /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$|^[0-9A-Fa-f:.]+$/ })),
  (list) => list.map(({ value }) => value),
)

const HTTP_FIELDS = {
  allow: { shape: hosts, doc: 'Private addresses and hosts that http tools may reach.' },
} as const satisfies Fields

const JSON_FIELDS = {
  eval: {
    shape: mapped(flag, ({ value }) => value),
    doc: 'True: queries may call `$eval`, which runs text as a query.',
    default: 'false',
  },
} as const satisfies Fields

const SECRET_FILE_FIELDS = {
  file: { shape: plainText, doc: 'The file that holds the value.', required: true },
} as const satisfies Fields

/** The source of a secret's value: the variable of its name, or a file. */
export type SecretSource = { kind: 'env' } | { kind: 'file'; file: string }

const secretSource = byForm('env or { file: path }', {
  scalar: mapped(word('env'), (): SecretSource => ({ kind: 'env' })),
  map: mapped(record('a secret', SECRET_FILE_FIELDS), ({ file }): SecretSource => ({ kind: 'file', file })),
})

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
}

export const createProviderFields = ({ kinds }: ProviderNames) =>
  ({
    kind: { shape: mapped(word(...kinds), ({ value }) => value), doc: 'What it speaks.', required: true },
    baseUrl: {
      shape: mapped(text({ expected: 'a URL with http or https', pattern: /^https?:\/\/\S+$/ }), ({ value }) => value),
      doc: 'Where it is served.',
    },
    key: { shape: mapped(keyName, ({ value }) => value), doc: 'The name of the secret that is its key.' },
  }) as const satisfies Fields

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
        entries.filter(({ key: { value, range } }) => {
          const reason = taken.get(value)
          if (reason === undefined) return true
          const message = `'${value}' is taken: expected another name for a provider`
          diagnostics.error('reserved_name', range, message, `${reason}; write '${value}_models'`)
          return false
        }),
      ),
  )
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
  allow: { shape: paths, doc: 'Programs that the shell tool may start.' },
} as const satisfies Fields

const modelName = text({ expected: 'provider/name', pattern: /^[^/\s]+\/\S+$/ })

export const createConfigFields = (builtIn: ProviderNames) =>
  ({
    db: { shape: plainText, doc: 'The database: a path, or postgres://…', default: '.troupe/troupe.db' },
    durability: {
      shape: mapped(word('process', 'power'), ({ value }) => value),
      doc: 'What a finished step survives: a killed process, or a power cut too. Default: power for `serve`, process for `run`.',
    },
    nats: { shape: plainText, doc: 'The NATS server, such as nats://127.0.0.1:4222.' },
    files: { shape: record('files', FILES_FIELDS), doc: 'What file tools may touch.' },
    http: { shape: record('http', HTTP_FIELDS), doc: 'What http tools may reach.' },
    json: { shape: record('json', JSON_FIELDS), doc: 'What json.query may do.' },
    env: { shape: names, doc: 'Variables that expressions may read.' },
    secrets: {
      shape: mapped(
        mapOf(variableName, secretSource, { expected: 'a map from names to env or { file: path }' }),
        toMap,
      ),
      doc: 'Where the values of secrets come from.',
    },
    providers: { shape: createProviders(builtIn), doc: 'Providers of models under names of your own.' },
    prices: {
      shape: mapped(
        mapOf(modelName, record('a price', PRICE_FIELDS), { expected: 'a map from models to prices' }),
        toMap,
      ),
      doc: 'Prices of models, in US dollars for a million tokens.',
    },
    shell: { shape: record('shell', SHELL_FIELDS), doc: 'What the shell tool may start.' },
    retention: {
      shape: mapped(retention, ({ completedMs, failedMs, keep }) => ({
        ...(completedMs && { completedMs: completedMs.value }),
        ...(failedMs && { failedMs: failedMs.value }),
        ...(keep && { keep: keep.value }),
      })),
      doc: 'How long ended runs are kept.',
    },
  }) as const satisfies Fields
