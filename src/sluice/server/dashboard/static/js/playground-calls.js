// Calls of the server's API, as the person who is signed in.

export class Refused extends Error {
  constructor(body, status) {
    const told = (body.errors ?? []).map((one) => one.message);
    super([body.message ?? `The server answered with status ${status}.`, ...told].join(" "));
    this.body = body;
  }
}

export async function call(path, body, signal) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    credentials: "same-origin",
    cache: "no-store",
    signal,
  });
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  throw new Refused(told, answer.status);
}

export async function data(path, body, signal) {
  return (await (await call(path, body, signal)).json()).data;
}

// Server-Sent Events as pairs of name and data.
export async function* events(path, body, signal) {
  const answer = await call(path, body, signal);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const frames = (waiting + value).split("\n\n");
      waiting = frames.pop();
      for (const frame of frames) yield parsed(frame);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function parsed(frame) {
  let name = "message";
  const lines = [];
  for (const line of frame.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    else if (line.startsWith("data: ")) lines.push(line.slice(6));
  }
  return [name, JSON.parse(lines.join("\n"))];
}
