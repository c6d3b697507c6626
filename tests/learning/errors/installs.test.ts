import { describe, expect, it } from 'vitest';
import { installOf, isNamed } from '../../../src/learning/errors/installs.ts';

describe('what fetches software, without what differs from run to run', () => {
  it.each([
    ['pip install numpy', 'pip install {package}', ['numpy']],
    ['pip3 install -q --no-cache-dir numpy==1.26.4', 'pip install {package}', ['numpy']],
    ['python3 -m pip install --user "uvicorn[standard]>=0.2"', 'pip install {package}', ['uvicorn']],
    ['uv pip install numpy pandas', 'pip install {package}', ['numpy', 'pandas']],
    ['pip install --index-url https://a.example numpy', 'pip install {package}', ['numpy']],
    ['pip install --break-system-packages numpy', 'pip install --break-system-packages {package}', ['numpy']],
    ['.venv/bin/pip install numpy', 'venv/bin/pip install {package}', ['numpy']],
    ['pip install -e .', 'pip install -e .', []],
    ['pip install .', 'pip install .', []],
    ['pip install -r requirements.txt', 'pip install -r requirements.txt', []],
    ['apt install -y jq', 'apt-get install -y {package}', ['jq']],
    ['apt-get -qq install jq curl', 'apt-get install -y {package}', ['jq', 'curl']],
    ['npm install', 'npm install', []],
    ['npm i @scope/thing@2 --save-dev', 'npm install {package}', ['@scope/thing']],
    ['npm install -g typescript', 'npm install -g {package}', ['typescript']],
  ])('%s', (command, text, packages) => {
    expect(installOf(command)).toEqual({ text, packages });
  });

  it.each(['pip list', 'pipx run x', 'apt-get update', 'npm run install', 'python install.py', 'ls'])(
    'not %s',
    (command) => {
      expect(installOf(command)).toBeUndefined();
    },
  );

  it('an error names a package by its own name or its first part', () => {
    expect(isNamed('typing-extensions', 'typing_extensions')).toBe(true);
    expect(isNamed('yaml', 'yaml.loader')).toBe(true);
    expect(isNamed('pillow', 'PIL')).toBe(false);
  });
});
