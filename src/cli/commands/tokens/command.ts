import { type CliCommand, json } from '../../command.ts'

/** A token must not be able to make others. */
const NEEDS_DATABASE = 'tokens are made and revoked beside the database of the server, and not over HTTP'

export const tokensCommand: CliCommand = {
  name: 'tokens',
  summary: 'create, list and revoke the tokens of the HTTP interface',
  examples: [
    'troupe tokens create --name ci --scope submit,read',
    'troupe tokens create --name ann --scope read,decide --workflow "report-*" --expires 90d',
    'troupe tokens list',
    'troupe tokens revoke ci',
  ],
  help: `Clients send a token as Authorization: Bearer TOKEN. Once a database has had one token, its servers answer no request
without one, also after the last is revoked. The name of the token is who submitted, decided or cancelled.
Scopes: read, submit (registered workflows), decide (approvals and events), author (the text of a workflow too, with
every secret), admin (all of them): docs/server.md.`,
  subcommands: [
    {
      name: 'create',
      needsDatabase: NEEDS_DATABASE,
      summary: 'create a token, and print it this once',
      options: [
        ['--name <name>', 'who uses it: letters, digits and . _ @ + -', 'required'],
        ['--scope <scopes>', 'what it may do: some of read, submit, decide, author, admin, between commas', 'required'],
        ['--workflow <pattern>', 'only workflows of such a name: report, or report-* (with read, submit and decide)'],
        ['--expires <age>', 'how long it counts, such as 90d (default: until it is revoked)'],
        json(),
      ],
      action: async () => (await import('./tokens.ts')).create,
    },
    {
      name: 'list',
      needsDatabase: NEEDS_DATABASE,
      summary: 'list the tokens, without their texts',
      options: [json('a JSON array')],
      action: async () => (await import('./tokens.ts')).list,
    },
    {
      name: 'revoke',
      needsDatabase: NEEDS_DATABASE,
      summary: 'make a token void at once',
      arguments: { name: ['<name>', 'its name'] },
      options: [json()],
      action: async () => (await import('./tokens.ts')).revoke,
    },
  ],
}
