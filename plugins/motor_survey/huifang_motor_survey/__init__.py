"""The callback about the timeliness of the motor loss survey (车险查勘及时性回访)."""
