import { type CliCommand, json, WORKFLOW_FILE } from '../../command.ts'

export const trustCommand: CliCommand = {
  name: 'trust',
  summary: 'trust what the project config grants',
  arguments: { file: ['[file]', `${WORKFLOW_FILE} (default: the config of the working folder)`] },
  options: [
    ['--show', 'print the grants, and trust nothing'],
    ['--revoke', 'take the trust back'],
    json('a JSON object: { config, trusted, grants }'),
  ],
  examples: [
    'troupe trust --show              the grants, and what has changed',
    'troupe trust',
    'troupe trust flows/digest.yaml   also the secrets that it reads and the config does not list',
    'troupe trust --revoke',
  ],
  help: `A config may come with a repository that a stranger wrote. What it gives to workflows beyond its own folder
counts only after you trust it: secrets and variables of your environment, files of secrets, addresses and keys of
providers, private addresses, folders and databases outside, programs. Without trust, a command that needs one of
them asks on a terminal, and elsewhere ends with exit code 3. Everything else works.

Trust holds for one config and for exactly these grants: a change of them asks again and shows the difference. It is
recorded in your own folder (~/.config/troupe/trust). For servers and CI: --trust, or TROUPE_TRUST=1.`,
  action: async () => (await import('./trust.ts')).trust,
}
