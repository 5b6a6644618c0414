/** The files of a new project: a workflow that runs at once, its config and data, and the settings of an editor. */
import { PROVIDER_NAMES } from '../../actors/llm/providers.ts'
import { createConfigJsonSchema } from '../../compiler/grammar/config-json-schema.ts'
import { createWorkflowJsonSchema } from '../../compiler/grammar/workflow-json-schema.ts'
import { createCatalogue } from '../catalogue.ts'

const WORKFLOW = `# yaml-language-server: $schema=schema/workflow.schema.json
# Greets everybody in data/people.csv, and writes the greetings to out/greetings.md.
workflow: greetings
description: Greet everybody in a list.

models:
  default: mock/echo # answers with its prompt; the one line that switches to a real model

input:
  greeting: { type: string, default: Hello }

steps:
  - id: file
    tool: files.read
    with: { path: people.csv }

  - id: people
    tool: csv.parse
    with: { text: "\${string(steps.file.output.content)}", types: true }

  - id: greet_all
    foreach: steps.people.output.rows
    as: person
    concurrency: 4
    do:
      - id: greet
        llm: default
        prompt: "\${input.greeting}, \${person.name} from \${person.city}!"
        timeout: 30s
        retry: { max: 3, backoff: 1s..20s }
      - id: line
        set: { text: "'- ' + steps.greet.output.text" }

  - id: write
    tool: files.write
    with:
      path: greetings.md
      content: |
        \${steps.greet_all.output.map(line, line.text).join('\\n')}
    on_lost: retry # writing the same file twice does no harm

output:
  greeted: steps.people.output.rows.size()
  file: steps.write.output.path
`

const CONFIG = `# yaml-language-server: $schema=schema/config.schema.json
# Read by every troupe command in this folder and below. Paths are relative to this file.
files:
  read: [data] # what file tools may read; the first is what their paths are relative to
  write: [out]

# db: .troupe/troupe.db            # where runs are recorded
# http: { allow: ["127.0.0.1:8080"] } # private addresses that http tools may reach
# json: { eval: true }             # queries of json.query may call $eval
# env: [REGION]                    # variables that expressions may read as env.REGION
# secrets: { API_KEY: env }        # from the environment; or { file: PATH }
`

const PEOPLE = `name,city
Ada,London
Grace,New York
Alan,Manchester
`

const SETTINGS = {
  'yaml.schemas': {
    './schema/workflow.schema.json': ['workflow.yaml', 'workflows/*.yaml'],
    './schema/config.schema.json': 'troupe.config.yaml',
  },
}

const IGNORED = `.troupe/
out/
`

/** The workflow to begin with, among the files of `createStarterFiles`. */
export const STARTER_WORKFLOW = 'workflow.yaml'

/** Texts by path. The project holds the schemas, so that an editor needs no network. */
export const createStarterFiles = (): Record<string, string> => ({
  [STARTER_WORKFLOW]: WORKFLOW,
  'troupe.config.yaml': CONFIG,
  'data/people.csv': PEOPLE,
  'schema/workflow.schema.json': toText(createWorkflowJsonSchema(createCatalogue())),
  'schema/config.schema.json': toText(createConfigJsonSchema(PROVIDER_NAMES)),
  '.vscode/settings.json': toText(SETTINGS),
  '.vscode/extensions.json': toText({ recommendations: ['redhat.vscode-yaml'] }),
  '.gitignore': IGNORED,
})

const toText = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
