import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { isInContainer } from '../../../src/actors/llm/in-container.ts'
import { describeMissingServer } from '../../../src/actors/llm/missing-server.ts'
import { ollama } from '../../../src/actors/llm/ollama/index.ts'
import { openai } from '../../../src/actors/llm/openai/index.ts'
import type { ModelServer } from '../../../src/actors/llm/provider-definition.ts'
import { withVariables } from '../../../src/actors/llm/providers.ts'
import { createTempFolder } from '../../support/temp-folder.ts'

const test = suite('a missing server')

interface MissingServer {
  name: string
  server: ModelServer
  url: string
  addressName?: string
}

const OLLAMA: MissingServer = { name: 'ollama', server: ollama, url: 'http://127.0.0.1:11434' }
const OWN: MissingServer = { name: 'own', server: openai, url: 'http://localhost:8000/v1' }

const HINTS: [string, MissingServer, boolean, RegExp][] = [
  ['Ollama on this machine', OLLAMA, false, /^start it with 'ollama serve', or say where it is: export OLLAMA_HOST=…$/],
  [
    'Ollama, seen from a container',
    OLLAMA,
    true,
    /^start it with 'ollama serve'; this is a container, .*: export OLLAMA_HOST=http:\/\/host\.docker\.internal:11434$/,
  ],
  [
    'Ollama elsewhere',
    { ...OLLAMA, url: 'http://gpu.example:11434' },
    true,
    /^check OLLAMA_HOST, .*OLLAMA_HOST=0\.0\.0\.0 ollama serve$/,
  ],
  [
    'Ollama under a name of its own',
    { ...OLLAMA, name: 'gpu' },
    false,
    /'ollama serve', .*: base_url of 'gpu' in troupe\.config\.yaml$/,
  ],
  [
    'Ollama on the host of a container',
    { ...OLLAMA, url: 'http://host.docker.internal:11434' },
    true,
    /ollama serve; .*--add-host=host\.docker\.internal:host-gateway$/,
  ],
  ['a server of the config', OWN, false, /^start the server, .*base_url of 'own' in troupe\.config\.yaml$/],
  [
    'a server of the config, seen from a container',
    OWN,
    true,
    /set base_url of 'own' in troupe\.config\.yaml to http:\/\/host\.docker\.internal:8000\/v1$/,
  ],
  [
    'an address with a key in it, seen from a container',
    { ...OWN, url: 'http://localhost:8000/v1?key=secret#x' },
    true,
    /to http:\/\/host\.docker\.internal:8000\/v1$/,
  ],
  ['a server at the address of a variable', { ...OWN, name: 'openai' }, false, /export OPENAI_BASE_URL=…$/],
  [
    'a server that a program names',
    { ...OWN, addressName: 'providers.own.baseUrl' },
    false,
    /say where it is: providers\.own\.baseUrl$/,
  ],
  ['a server elsewhere', { ...OWN, url: 'http://10.1.2.3/v1' }, true, /^check base_url of 'own'/],
  ['a vendor', { name: 'openai', server: openai, url: 'https://api.openai.com/v1' }, true, /^check this machine's/],
]
for (const [who, server, isContained, hint] of HINTS)
  test(`${who}: the advice fits`, () => {
    const { url: baseUrl, server: definition, ...named } = server
    const settings = { ...withVariables(server.name, named), baseUrl }
    assert.match(describeMissingServer({ server: definition, settings }, isContained), hint)
  })

const CONTAINERS: [string, Record<string, string>, boolean][] = [
  ['a machine', { 'proc/1/cgroup': '0::/init.scope\n' }, false],
  ['a system without control groups', {}, false],
  ['a container of Docker', { '.dockerenv': '' }, true],
  ['a container of Podman', { 'run/.containerenv': 'engine="podman"' }, true],
  ['a pod', { 'proc/1/cgroup': '11:cpuset:/kubepods/besteffort/pod1/2\n' }, true],
]
for (const [what, files, isContained] of CONTAINERS)
  test(`${what} is ${isContained ? 'a' : 'not a'} container`, () => {
    assert.is(isInContainer(createTempFolder(files).path), isContained)
  })

test.run()
