/** A project as it is after `git clone`: a user with secrets in the environment, and no record of trust. */
import type { ProcessOptions, ProcessResult } from './child-process.ts'
import { type CliProject, createCliProject, HELLO } from './cli-project.ts'
import { createTempFolder } from './temp-folder.ts'

export const FETCH = `workflow: fetch
secrets: [TOKEN]
steps:
  - id: get
    tool: http.get
    with: { url: "\${input.url}", headers: { authorization: "\${secrets.TOKEN}" } }
input: { url: string }
output: { status: steps.get.output.status }
`

const ASK = `workflow: ask
models: { default: own/big }
steps:
  - { id: ask, llm: default, prompt: hello, retry: { max: 1 } }
`

export interface Repository extends CliProject {
  /** Without trust from the environment, and with a home folder of its own. */
  cli(args: readonly string[], options?: ProcessOptions): Promise<ProcessResult>
  home: string
}

export const clone = (files: Record<string, string>): Repository => {
  const project = createCliProject({ 'hello.yaml': HELLO, 'fetch.yaml': FETCH, 'ask.yaml': ASK, ...files })
  const home = createTempFolder().path
  const cli: Repository['cli'] = (args, { env, ...rest } = {}) =>
    project.troupe(args, {
      ...rest,
      env: {
        TROUPE_TRUST: undefined,
        XDG_CONFIG_HOME: home,
        TOKEN: 'planted-token',
        AWS_SECRET: 'planted-key',
        ...env,
      },
    })
  return { ...project, cli, home }
}
