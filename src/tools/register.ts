/** Tools onto an MCP server: the one error boundary, output checked before it leaves. */
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type ClientCapabilities,
  type Implementation,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { Toolset } from '../config/training.ts';
import type { Context } from '../context.ts';
import { describeError, KnowhowError } from '../errors.ts';
import type { Told } from '../feedback/ratings/ask.ts';
import type { Person } from '../feedback/ratings/give.ts';
import type { LearningPipeline } from '../learning/pipeline.ts';
import type { Call, ToolDefinition } from './define.ts';
import { submitFeedbackTool } from './feedback.ts';
import { runBatchLearningTool } from './learn.ts';
import { quoted, readable } from './quoted.ts';
import { assessAbstractabilityTool, recordTrajectoryTool } from './record.ts';
import { prepareReflectionTool, submitReflectionTool } from './reflection.ts';
import { matchErrorTool, retrieveStrategiesTool } from './retrieve.ts';
import { reviewExamplesTool } from './review-examples.ts';
import { forClients } from './schema.ts';
import { buildDatasetTool, showDatasetsTool } from './training.ts';

/** In the order that clients see. A tool's own types end here: what arrives was parsed with its input schema. */
export const TOOLS = [
  retrieveStrategiesTool,
  matchErrorTool,
  recordTrajectoryTool,
  assessAbstractabilityTool,
  submitFeedbackTool,
  runBatchLearningTool,
  prepareReflectionTool,
  submitReflectionTool,
] as unknown as readonly ToolDefinition[];

/** Tools that are shown only where their set is asked for: each costs every agent tokens. */
export const TOOLS_OF = {
  training: [buildDatasetTool, showDatasetsTool, reviewExamplesTool],
} as unknown as Readonly<Record<Toolset, readonly ToolDefinition[]>>;

/** `running` holds each call until it is answered, so that a server can end without dropping one. */
export function registerTools(
  server: McpServer,
  ctx: Context,
  pipeline: LearningPipeline,
  running: Set<Promise<unknown>>,
): void {
  const further = [...new Set(ctx.config.toolsets)].flatMap((name) => TOOLS_OF[name]);
  for (const tool of [...TOOLS, ...further]) {
    const { name, title, description, input, output, annotations } = tool;
    server.registerTool(
      name,
      { title, description, inputSchema: forClients(input), outputSchema: forClients(output), annotations },
      (args, request) => {
        const person = personBefore(server, request);
        const client = clientOf(server, request.mcpReq.envelope)?.name;
        const call = answer(tool, args, { ctx, pipeline, person, client }, request);
        running.add(call);
        void call.catch(() => undefined).finally(() => running.delete(call));
        return call;
      },
    );
  }
}

async function answer(
  tool: ToolDefinition,
  args: unknown,
  parts: Pick<Call, 'ctx' | 'pipeline' | 'person' | 'client'>,
  request: ServerContext,
): Promise<CallToolResult | InputRequiredResult> {
  const { signal } = request.mcpReq;
  const { ctx } = parts;
  try {
    const result = await tool.run(args, { ...parts, signal, progress: progressFor(request) });
    // Keys that the output schema does not name would make the client throw.
    const structuredContent = readable(tool.output.parse(result) as Record<string, unknown>);
    const json = JSON.stringify(structuredContent);
    const text = tool.quotes === false ? json : quoted(json, ctx.random);
    return { content: [{ type: 'text', text }], structuredContent };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof InputNeeded) return error.result;
    if (!(error instanceof KnowhowError))
      ctx.log.error('tool failed', { tool: tool.name, error: String(error) });
    const { code, message, hint } = describeError(error);
    return {
      isError: true,
      content: [{ type: 'text', text: [`${code}: ${message}`, hint].filter(Boolean).join(' ') }],
    };
  }
}

/** Progress only where the client gave a token, and strictly increasing, as the protocol wants. */
function progressFor({ mcpReq }: ServerContext) {
  const progressToken = mcpReq._meta?.progressToken;
  let last = -1;
  return (done: number, total: number, message: string) => {
    if (progressToken === undefined) return;
    last = Math.max(last + 0.001, done);
    mcpReq
      .notify({
        method: 'notifications/progress',
        params: { progressToken, progress: last, total: Math.max(total, last), message },
      })
      .catch(() => undefined);
  };
}

/** Ends a call with a question. Not an error: it passes the one boundary as an answer. */
class InputNeeded extends Error {
  override readonly name = 'InputNeeded';
  readonly result: InputRequiredResult;

  constructor(result: InputRequiredResult) {
    super('The person is asked.');
    this.result = result;
  }
}

/**
 * The person before the client, asked by MCP elicitation; undefined where the client shows no forms. In the current protocol a
 * call that needs an answer ends with the question and is sent again with the answer; for clients of the 2025 revisions the SDK
 * asks and calls again by itself.
 */
function personBefore(server: McpServer, { mcpReq }: ServerContext): Person | undefined {
  if (!showsForms(capabilitiesOf(server, mcpReq.envelope))) return undefined;
  return {
    answers: new Map(
      Object.keys(mcpReq.inputResponses ?? {}).flatMap((key): [string, Told][] => {
        const view = inputResponse(mcpReq.inputResponses, key);
        if (view.kind !== 'elicit') return [];
        const { action, content = {} } = view;
        return [[key, action === 'accept' ? { action, content } : { action }]];
      }),
    ),
    ask(key, form) {
      throw new InputNeeded(
        inputRequired({ inputRequests: { [key]: inputRequired.elicit({ mode: 'form', ...form }) } }),
      );
    },
  };
}

/** Of the request itself in the current protocol, of the session before it. */
const capabilitiesOf = (
  { server }: McpServer,
  envelope: Record<string, unknown> | undefined,
): ClientCapabilities | undefined =>
  (envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined) ??
  server.getClientCapabilities();

const clientOf = (
  { server }: McpServer,
  envelope: Record<string, unknown> | undefined,
): Implementation | undefined =>
  (envelope?.[CLIENT_INFO_META_KEY] as Implementation | undefined) ?? server.getClientVersion();

/** Elicitation that says nothing of its modes means forms. */
function showsForms(capabilities: ClientCapabilities | undefined): boolean {
  const { elicitation } = capabilities ?? {};
  return elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
}
