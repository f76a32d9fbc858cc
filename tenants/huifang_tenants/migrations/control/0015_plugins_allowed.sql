-- Which plugins a tenant may use is for an administrator of the installation to say.
INSERT INTO control.guarded_setting (name) VALUES ('plugins_allowed');
