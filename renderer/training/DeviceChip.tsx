import type { BackendName } from "#shared/training/events.ts";
import { Popover } from "../ui/Popover.tsx";
import { backendTitles } from "./describeRun.ts";
import { useDevice } from "./deviceStore.ts";
import "./training.css";

/** What training computes on, and why not on something faster. */
export function DeviceChip() {
  const device = useDevice();
  const title = device === null ? "Device" : backendTitles[device.backend];
  const tone = device === null ? "is-unknown" : device.backend === "webgpu" ? "is-ok" : "is-warn";
  return (
    <Popover
      label="Device"
      trigger={
        <button type="button" className={`nl-chip ${tone}`} aria-label={`Device: ${title}`}>
          <span className="nl-dot" />
          <span>{device === null ? "Device" : `${title}${shorten(device.device)}`}</span>
        </button>
      }
    >
      <h3 className="nl-popover-title">
        {device === null ? "Not started yet" : `Training on ${title}`}
      </h3>
      {device === null ? (
        <p>The training worker starts with the first project and says then what it computes on.</p>
      ) : (
        <>
          <dl className="nl-stats">
            <div>
              <dt>Adapter</dt>
              <dd>{device.device}</dd>
            </div>
            <div>
              <dt>Backend</dt>
              <dd>{title}</dd>
            </div>
          </dl>
          <p>{explain(device.backend, device.device)}</p>
        </>
      )}
      <p className="nl-quiet">Everything is computed on this machine. Nothing leaves it.</p>
    </Popover>
  );
}

function explain(backend: BackendName, device: string): string {
  if (backend === "webgpu" && /swiftshader|llvmpipe|software/i.test(device)) {
    return "This adapter computes on the processor, in software. It gives the same numbers, slowly. A graphics driver with Vulkan, Metal or Direct3D 12 would make it fast.";
  }
  switch (backend) {
    case "webgpu":
      return "WebGPU uses the graphics processor directly: the fastest way here.";
    case "webgl":
      return "No WebGPU adapter was found, so WebGL does the work: slower, and less exact in some layers. A newer graphics driver or browser may help.";
    case "cpu":
      return "Neither a WebGPU nor a WebGL adapter was found, so the processor does the work: right, but slow. Check that the graphics driver is installed and hardware acceleration is on.";
  }
}

/** " · RTX 4070" where the adapter's name is short enough to be of use. */
function shorten(device: string): string {
  const plain = device.replace(/\(.*?\)/g, "").trim();
  return plain !== "" && plain.length <= 18 && !/javascript/i.test(plain) ? ` · ${plain}` : "";
}
