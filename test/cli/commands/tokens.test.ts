import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CliProject, createCliProject } from '../../support/cli-project.ts'

const withProject = async (act: (project: CliProject) => Promise<void>): Promise<void> => {
  const project = createCliProject({})
  try {
    await act(project)
  } finally {
    project.remove()
  }
}

const test = suite('troupe tokens')

test('a token is shown once, and its text is nowhere in the database', () =>
  withProject(async (project) => {
    const created = await project.troupe([
      'tokens',
      'create',
      '--name',
      'ci',
      '--scope',
      'submit,read',
      '--expires',
      '90d',
    ])
    assert.is(created.exitCode, 0, created.stderr)
    assert.match(created.stdout, /^troupe_[A-Za-z0-9_-]{43}\n$/)
    assert.match(created.stderr, 'token ci is shown this once')
    assert.not(project.dump().includes(created.stdout.trim()))
    const listed = await project.troupe(['tokens', 'list'])
    assert.match(listed.stdout, /ci +read,submit +all +valid/)
    const [token] = JSON.parse((await project.troupe(['tokens', 'list', '--json'])).stdout)
    assert.equal([token.name, token.scopes, token.state, token.used_at], ['ci', ['read', 'submit'], 'valid', null])
    assert.is(Date.parse(token.expires_at) - Date.parse(token.created_at), 90 * 86_400_000)
  }))

test('a name has one token, and is free again when it is revoked', () =>
  withProject(async (project) => {
    const create = () => project.troupe(['tokens', 'create', '--name', 'ci', '--scope', 'read', '--json'])
    const first = JSON.parse((await create()).stdout)
    const taken = await create()
    assert.is(taken.exitCode, 2)
    assert.match(
      taken.stderr,
      "token 'ci' exists already\n  hint: take another name, or revoke it first: troupe tokens revoke ci",
    )
    assert.match((await project.troupe(['tokens', 'revoke', 'ci'])).stderr, 'token ci is void')
    assert.match((await project.troupe(['tokens', 'list'])).stdout, 'revoked')
    const unknown = await project.troupe(['tokens', 'revoke', 'ci'])
    assert.is(unknown.exitCode, 2)
    assert.match(unknown.stderr, "there is no token 'ci'\n  hint: there are no tokens")
    assert.is.not(JSON.parse((await create()).stdout).token, first.token)
  }))

const WRONG: readonly (readonly [args: readonly string[], message: string])[] = [
  [['--name', 'c i', '--scope', 'read'], "the name 'c i' is wrong: expected up to 64 letters"],
  [['--name', 'ci', '--scope', 'reed'], "--scope 'reed' is wrong: expected one of read, submit"],
  [['--name', 'ci', '--scope', 'read', '--expires', 'soon'], "--expires 'soon' is wrong"],
  [['--name', 'ci', '--scope', 'read,author', '--workflow', 'a*'], "scope 'author' reaches every workflow"],
  [['--name', 'ci'], "required option '--scope <scopes>' not specified"],
]

test('a wrong token is refused, and none is created', () =>
  withProject(async (project) => {
    for (const [args, message] of WRONG) {
      const { exitCode, stderr } = await project.troupe(['tokens', 'create', ...args])
      assert.is(exitCode, 2, stderr)
      assert.match(stderr, message)
    }
    assert.match((await project.troupe(['tokens', 'list'])).stderr, 'no tokens')
  }))

test.run()
