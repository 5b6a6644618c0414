import type { OwnActor } from '../service/own-actor.ts'

/** Address and key of a provider's models. */
export interface ModelAccess {
  /** Protocol: `openai`, `anthropic`, `gemini` or `ollama`. Default, for a built-in provider: its own. */
  kind?: string
  /** Default: the vendor's; for `ollama` this machine. */
  baseUrl?: string
  /** Redacted when it has at least 8 characters; a shorter key is used, but not redacted. */
  apiKey?: string
}

/** Everything outside that a run may reach. */
export interface Surroundings {
  /** Tools and models of your own (`defineTool`, `defineActor`); one with the name of a built-in takes its place. */
  actors?: readonly OwnActor[]
  /**
   * Folders that file tools may read and write, relative to the working directory; relative paths in tools are relative to
   * the first. Default: the folder of the workflow's file; none for a workflow without a file.
   */
  files?: { read?: readonly string[]; write?: readonly string[] }
  /** Private addresses and hosts that http tools may reach: `127.0.0.1:8080`, `intranet.example`. Default: none. */
  http?: { allow?: readonly string[] }
  /** `eval: true`: queries of `json.query` may call `$eval`, which runs text as a query. Default: false. */
  json?: { eval?: boolean }
  /** Access by provider name: `openai`, `anthropic`, `gemini`, `ollama`, or a name of your own. No environment variable is read for them. */
  providers?: Readonly<Record<string, ModelAccess>>
  /** Values of the secrets that the workflow declares, by name; at least 8 characters each. */
  secrets?: Readonly<Record<string, string>>
  /** The environment variables that expressions read as `env.NAME`. */
  env?: Readonly<Record<string, string>>
}
