import type { LucideIcon } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { classNames } from "./classNames.ts";
import { Icon } from "./Icon.tsx";
import { Tooltip } from "./Tooltip.tsx";
import "./button.css";

export type ButtonTone = "primary" | "plain" | "quiet" | "danger";

export interface ButtonProps extends Omit<ComponentProps<"button">, "type"> {
  readonly tone?: ButtonTone;
  readonly size?: "normal" | "small";
  readonly icon?: LucideIcon;
  readonly children: ReactNode;
}

export function Button({
  tone = "plain",
  size = "normal",
  icon,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={classNames("nl-button", `is-${tone}`, size === "small" && "is-small", className)}
      {...rest}
    >
      {icon !== undefined && <Icon of={icon} size={size === "small" ? 13 : 15} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<"button">, "type" | "children"> {
  readonly icon: LucideIcon;
  /** Its name, spoken and shown as a tooltip. */
  readonly label: string;
  readonly shortcut?: string;
  readonly iconSize?: number;
}

export function IconButton({
  icon,
  label,
  shortcut,
  iconSize,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label} {...(shortcut === undefined ? {} : { shortcut })}>
      <button
        type="button"
        aria-label={label}
        className={classNames("nl-icon-button", className)}
        {...rest}
      >
        <Icon of={icon} {...(iconSize === undefined ? {} : { size: iconSize })} />
      </button>
    </Tooltip>
  );
}
