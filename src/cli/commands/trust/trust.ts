/** `troupe trust`: shows what the config of a project grants, and records or revokes trust in it. */
import type { Project } from '../../../app/project/project.ts'
import { listOwnSecrets } from '../../../app/project/used-grants.ts'
import type { Grant } from '../../../compiler/config.ts'
import { countOf } from '../../../core/count.ts'
import { describeGrants } from '../../ask-trust.ts'
import { CliError } from '../../cli-error.ts'
import { compileRunnable, folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { viewProject } from '../../open-runs.ts'
import { writeJson, writeLines } from '../../output.ts'

export interface TrustArguments {
  file?: string
  show?: boolean
  revoke?: boolean
  json?: boolean
}

export const trust = async (context: Context, options: TrustArguments): Promise<void> => {
  const { file, show = false, revoke = false, json = false } = options
  if (show && revoke) throw new CliError('both --show and --revoke are given: expected one of them')
  // Not with --trust or TROUPE_TRUST: the record is wanted, not what holds for this command.
  const own: Context = { ...context, options: { ...context.options, trust: false } }
  const project = await viewProject(own, file === undefined ? undefined : folderOf(file, context.workingFolder))
  const secrets = file === undefined ? [] : await readSecretsOf(file, { context: own, project })
  const { trust } = project
  const before = { wasTrusted: trust.isTrusted && secrets.every(isTrustedIn(project)), former: trust.former }
  const had = revoke && trust.revoke()
  if (!revoke && !show && !before.wasTrusted) trust.accept(secrets.map(nameOf))
  const grants = [...trust.grants, ...secrets]
  const trusted = trust.isTrusted && secrets.every(isTrustedIn(project))
  if (json) writeJson(context, { config: trust.place, trusted, grants: grants.map(toJson) })
  else writeLines(context.stdout, describe({ project, grants, trusted, had, ...before }, context, options))
}

const nameOf = ({ path: [, name = ''] }: Grant): string => name

const isTrustedIn =
  ({ trust }: Project) =>
  (grant: Grant): boolean =>
    trust.mayRead(nameOf(grant))

/** Secrets of a workflow that the config does not list. */
const readSecretsOf = async (
  file: string,
  { context, project }: { context: Context; project: Project },
): Promise<Grant[]> => listOwnSecrets(await compileRunnable(file, { context, project }), project)

const toJson = ({ path, value }: Grant): { key: string; value: string } => ({ key: path.join('.'), value })

interface Described {
  project: Project
  grants: readonly Grant[]
  trusted: boolean
  wasTrusted: boolean
  former: readonly Grant[] | undefined
  /** True if trust was revoked. */
  had: boolean
}

const describe = (
  { project: { trust }, grants, trusted, wasTrusted, former, had }: Described,
  { stdout }: Context,
  { show = false, revoke = false }: TrustArguments,
): string[] => {
  const { paint } = stdout
  if (revoke) return [had ? `${trust.place} is no longer trusted` : `${trust.place} was not trusted`]
  if (grants.length === 0) return [`${trust.place} grants nothing that needs trust`]
  const count = countOf(grants.length, 'grant')
  const lines = describeGrants(grants, { former, channel: stdout })
  if (!trusted)
    return [`${trust.place}: ${count}, not trusted${former === undefined ? '' : ' since a change'}`, ...lines]
  const verb = show || wasTrusted ? 'is trusted' : 'is trusted now'
  return [`${paint.green('✓')} ${trust.place} ${verb}: ${count}`, ...lines]
}
